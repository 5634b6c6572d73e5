import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { openPage, useStandInApi } from "../testing/open-page.tsx";

useStandInApi();

test("the page stays in sight behind an open pane", async () => {
  openPage("/accounts/acme/products");
  await page.getByRole("button", { name: "Change pay-as-you-go of Domestic Calling Plan" }).click();
  await expect.element(page.getByRole("dialog")).toBeVisible();
  // Where a pane is mounted, the provider's own class (with the page's ground colour) stands: it must not take any room.
  const mounts = [...document.body.children].filter((element) => element.querySelector('[role="dialog"]') !== null);
  expect(mounts).toHaveLength(1);
  expect(mounts.map((element) => element.clientHeight)).toEqual([0]);
});
