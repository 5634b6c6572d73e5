import { createMemoryHistory } from "@tanstack/react-router";
import axe from "axe-core";
import { setupWorker } from "msw/browser";
import type { HttpHandler } from "msw/http";
import { createRoot } from "react-dom/client";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { App } from "../app/App.tsx";
import { createServices, type AppServices } from "../app/services.ts";
import "../app/global.css";
import { NOW } from "./sample-account.ts";
import { createStandInApi, type StandInApi } from "./stand-in-api.ts";

const worker = setupWorker();
const open: (() => void)[] = [];

/** To be called once by each test file: no request of a page leaves the browser, and today is the sample account's. */
export function useStandInApi(): void {
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(NOW) });
    // Modules and styles come from Vite; what goes to the API is answered by the stand-in, whatever it is.
    await worker.start({ quiet: true, onUnhandledFrame: "bypass" });
  });
  afterAll(() => void vi.useRealTimers());
  afterEach(() => {
    for (const close of open.splice(0)) close();
    worker.resetHandlers();
    localStorage.clear();
    sessionStorage.clear();
  });
}

export interface OpenPage {
  readonly api: StandInApi;
  readonly services: AppServices;
  /** What stands in the address bar. */
  readonly address: () => string;
  readonly close: () => void;
}

export interface PageSettings {
  readonly locale?: "en" | "de" | "da";
  readonly theme?: "light" | "dark" | "contrast";
  readonly prepare?: (api: StandInApi) => void;
  readonly api?: StandInApi;
}

/** The whole dashboard at an address, as after a reload. */
export function openPage(address: string, settings: PageSettings = {}): OpenPage {
  const { locale = "en", theme = "light", prepare, api = createStandInApi() } = settings;
  prepare?.(api);
  worker.use(...api.handlers);
  localStorage.setItem("tollbook.locale", locale);
  localStorage.setItem("tollbook.theme", theme);
  const services = createServices(createMemoryHistory({ initialEntries: [address] }));
  const element = document.createElement("div");
  element.style.height = "800px";
  document.body.append(element);
  const root = createRoot(element);
  root.render(<App services={services} />);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    root.unmount();
    services.queryClient.clear();
    element.remove();
  };
  open.push(close);
  return { api, services, address: () => services.router.state.location.href, close };
}

/** Answers of this one test, before the stand-in's own. */
export function answerFirst(...handlers: HttpHandler[]): void {
  worker.use(...handlers);
}

/** WCAG 2.2 A and AA, as far as a program can see. */
export async function expectAccessible(): Promise<void> {
  await settled();
  // The focus library's sentinels catch Tab at the edges of a dialog; they hand the focus on and are never read out.
  const context = { include: document.body, exclude: "[data-tabster-dummy]" };
  const { violations } = await axe.run(context, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  expect(found).toEqual([]);
}

/** What slides or fades in is judged where it ends. */
async function settled(): Promise<void> {
  const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(ending.map(async (animation) => await animation.finished));
}
