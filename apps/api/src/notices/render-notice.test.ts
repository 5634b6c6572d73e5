import { noticeTypes, type NoticeType } from "@tollbook/contracts/notices.ts";
import { expect, it } from "vitest";
import { languages } from "../directory/entries.ts";
import { renderNotice } from "./render-notice.ts";
import { noticeWords } from "./words.ts";

const types = Object.keys(noticeTypes) as NoticeType[];

it.each(languages)("every notice in %s uses only members that the notice has, and leaves no placeholder", (language) => {
  for (const notice of types) {
    const fields: readonly string[] = noticeTypes[notice].fields;
    const { subject, lines } = noticeWords[language][notice];
    const used = [subject, ...lines].flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect([...fields, "organisation"]).toEqual(expect.arrayContaining([...new Set(used)]));
    const data = Object.fromEntries(fields.map((field) => [field, field === "currency" ? "EUR" : "1"]));
    const rendered = renderNotice(notice, data, language, "Acme");
    expect(rendered.subject + rendered.text).not.toMatch(/[{}]|undefined|NaN/);
  }
});

it("says the same three things in each language: a language that lacks a line would keep something from its readers", () => {
  for (const notice of types) {
    const [en, de, da] = languages.map((language) => noticeWords[language][notice].lines.length);
    expect([de, da]).toEqual([en, en]);
  }
});

it("formats amounts exactly and times in UTC, as each language writes them", () => {
  const data = {
    amount: "1234567.89",
    balance: "-0.000001",
    currency: "EUR",
    recharge: "r1",
    reason: "x",
    nextAttempt: "2027-03-28T01:30:00Z",
  };
  const texts = languages.map((language) => renderNotice("credits.rechargeFailed", data, language, "Acme").text);
  expect(texts[0]).toContain("€1,234,567.89 could not");
  expect(texts[0]).toContain("-€0.000001");
  expect(texts[0]).toContain("28 March 2027 at 01:30 UTC");
  expect(texts[1]).toContain("1.234.567,89\u00A0€ konnten nicht");
  expect(texts[1]).toContain("28. März 2027 um 01:30 UTC");
  expect(texts[2]).toContain("1.234.567,89\u00A0€ kunne ikke");
});

it("leaves a line out whose member is empty, and lets no name become markup or a second header", () => {
  const rendered = renderNotice(
    "payment.failed",
    { subject: "main/2027-01-01", amount: "5.00", currency: "EUR", reason: "<b>no</b>", nextAttempt: "" },
    "en",
    "Acme\r\nBcc: all@acme.test",
  );
  expect(rendered.text).not.toContain("next attempt");
  expect(rendered.html).toContain("&lt;b&gt;no&lt;/b&gt;");
  const frozen = renderNotice("account.frozen", { reason: "x" }, "en", "Acme\r\nBcc: all@acme.test");
  expect(frozen.subject).toBe("The account Acme Bcc: all@acme.test is frozen");
});
