/**
 * Completes package-lock.json with the optional platform packages that the registry at hand could not resolve.
 *
 * npm leaves such packages out of the lock, and `npm ci` of npm 11 then refuses the whole lock ("Missing: … from
 * lock file"). An entry without integrity is enough for every npm: on another platform it is never installed.
 * Run after every change of dependencies: `npm run lockfile`; `--check` fails when an entry is missing.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, LockEntry>;
}

const lockPath = new URL("../../package-lock.json", import.meta.url);
const text = readFileSync(lockPath, "utf8");
const lock = JSON.parse(text) as Lock;

const missing: Record<string, LockEntry> = {};
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isResolved(path, name)) continue;
    missing[`node_modules/${name}`] = {
      version: range.replace(/^[~^]/, ""),
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    };
  }
}

const names = Object.keys(missing);
if (process.argv.includes("--check")) {
  if (names.length > 0) {
    console.error(`package-lock.json lacks ${names.length} optional packages (${names[0]} …). Run: npm run lockfile`);
    process.exit(1);
  }
} else if (names.length > 0) {
  const all = { ...lock.packages, ...missing };
  const sorted = Object.keys(all).toSorted((a, b) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted.map((name) => [name, all[name] as LockEntry]));
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`Added ${names.length} optional packages to package-lock.json.`);
}

/** Node looks for a package from the folder of its user upwards. */
function isResolved(user: string, name: string): boolean {
  for (let folder = user; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/")))) {
    const base = folder === "" || folder.endsWith("/") ? folder : `${folder}/`;
    if (lock.packages[`${base}node_modules/${name}`] !== undefined) return true;
    if (folder === "") return false;
  }
}

/** Reads os, cpu and libc out of a platform package's name, such as `@scope/tool-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockEntry, "os" | "cpu" | "libc"> {
  const has = (...words: string[]) => words.some((word) => new RegExp(`(^|[-/.])${word}([-.]|$)`).test(name));
  const os = has("darwin", "macos")
    ? "darwin"
    : has("win32", "windows")
      ? "win32"
      : ["freebsd", "openbsd", "netbsd", "android", "sunos", "aix", "openharmony", "linux"].find((word) => has(word));
  const cpu = has("arm64", "aarch64")
    ? "arm64"
    : has("x64", "64", "amd64", "x86_64")
      ? "x64"
      : ["arm", "ia32", "ppc64", "ppc64le", "riscv64", "s390x", "loong64", "mips64el", "wasm32", "universal"].find((word) =>
          has(word),
        );
  const libc = has("musl", "musleabihf") ? "musl" : has("gnu", "gnueabihf", "glibc") ? "glibc" : undefined;
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
}
