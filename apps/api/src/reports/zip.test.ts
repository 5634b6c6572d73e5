import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { zipOf } from "./zip.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tollbook-zip-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* slices(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

it("§8.2: other programs read the archive as it was meant: unzip finds no fault, Python the same bytes, names and time", async () => {
  const files = {
    "PSTN.calls.2026-11-25.csv": `\ufeffa,b\r\n${"größe,0.00\r\n".repeat(50_000)}`,
    "DirectRouting.calls.2026-11-25.csv": "",
    "parameters.json": "{}\n",
  };
  const entries = Object.entries(files).map(([name, text]) => ({ name, chunks: slices(text, 1000) }));
  const path = join(folder, "a.zip");
  const bytes = await Array.fromAsync(zipOf(entries, new Date("2026-11-25T22:33:44Z")));
  writeFileSync(path, Buffer.concat(bytes));
  expect(execFileSync("unzip", ["-t", path], { encoding: "utf8" })).toContain("No errors detected");
  const script =
    "import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n" +
    "print(json.dumps([[i.filename,list(i.date_time),z.read(i).decode('utf-8')] for i in z.infolist()]))";
  const read = JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8", maxBuffer: 16_000_000 })) as unknown;
  expect(read).toEqual(Object.entries(files).map(([name, text]) => [name, [2026, 11, 25, 22, 33, 44], text]));
});

it("a reader who goes away closes what makes the files", async () => {
  let closed = false;
  async function* endless(): AsyncGenerator<string> {
    try {
      for (let at = 0; ; at++) yield `${at * 7919}`.repeat(5000);
    } finally {
      closed = true;
    }
  }
  for await (const chunk of zipOf([{ name: "a", chunks: endless() }], new Date("2026-11-25T22:33:44Z")))
    if (chunk.length > 100) break;
  await expect.poll(() => closed).toBe(true);
});

it("a file that fails while it is made breaks the archive off, and never ends it as if it were whole", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield "first";
    throw new Error("the database went away");
  }
  await expect(Array.fromAsync(zipOf([{ name: "a", chunks: failing() }], new Date("2026-11-25T22:33:44Z")))).rejects.toThrow(
    "went away",
  );
});
