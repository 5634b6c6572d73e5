import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

/** One file of an archive; its text comes as it is made. */
export interface ZipEntry {
  readonly name: string;
  readonly chunks: AsyncIterable<string> | Iterable<string>;
}

/**
 * A ZIP archive as a stream (APPNOTE 6.3.10): deflated, sizes in data descriptors after the data, since nobody knows them
 * before. Without the 64-bit extension: throws RangeError beyond 4 GiB, which breaks the download off instead of damaging it.
 */
export async function* zipOf(entries: Iterable<ZipEntry>, at: Date): AsyncGenerator<Buffer> {
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, chunks } of entries) {
    const start = offset;
    const header = localHeader(name, at);
    yield header;
    offset += header.length;
    const sums = { crc: 0, size: 0, packed: 0 };
    for await (const chunk of deflated(chunks, sums)) {
      offset += chunk.length;
      yield chunk;
    }
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(DESCRIPTOR, 0);
    writeSums(descriptor, 4, sums);
    yield descriptor;
    offset += descriptor.length;
    central.push(centralHeader(name, at, sums, start));
  }
  const directory = Buffer.concat(central);
  yield directory;
  yield endOfDirectory(central.length, directory.length, fits(offset));
}

interface Sums {
  crc: number;
  size: number;
  packed: number;
}

async function* deflated(chunks: ZipEntry["chunks"], sums: Sums): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw();
  // A failure on either side ends both: the reader hears of it, and what makes the text is closed. Told by the loop below.
  pipeline(Readable.from(counted(chunks, sums)), deflate, () => undefined);
  for await (const packed of deflate as AsyncIterable<Buffer>) {
    sums.packed = fits(sums.packed + packed.length);
    yield packed;
  }
}

async function* counted(chunks: ZipEntry["chunks"], sums: Sums): AsyncGenerator<Buffer> {
  for await (const text of chunks) {
    const bytes = Buffer.from(text, "utf8");
    sums.crc = crc32(bytes, sums.crc);
    sums.size = fits(sums.size + bytes.length);
    yield bytes;
  }
}

const LOCAL = 0x0403_4b50;
const DESCRIPTOR = 0x0807_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
/** Sizes follow in a descriptor; names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;
const VERSION = 20;

function localHeader(name: string, at: Date): Buffer {
  const text = Buffer.from(name, "utf8");
  const header = Buffer.alloc(30);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(VERSION, 4);
  writeCommon(header, 6, at);
  header.writeUInt16LE(text.length, 26);
  return Buffer.concat([header, text]);
}

function centralHeader(name: string, at: Date, sums: Sums, offset: number): Buffer {
  const text = Buffer.from(name, "utf8");
  const header = Buffer.alloc(46);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  writeCommon(header, 8, at);
  writeSums(header, 16, sums);
  header.writeUInt16LE(text.length, 28);
  header.writeUInt32LE(fits(offset), 42);
  return Buffer.concat([header, text]);
}

/** Flags, method, time and date of MS-DOS (in UTC), as both headers have them. */
function writeCommon(header: Buffer, place: number, at: Date): void {
  header.writeUInt16LE(FLAGS, place);
  header.writeUInt16LE(DEFLATE, place + 2);
  header.writeUInt16LE((at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1), place + 4);
  header.writeUInt16LE(((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(), place + 6);
}

function writeSums(header: Buffer, place: number, { crc, size, packed }: Sums): void {
  header.writeUInt32LE(crc, place);
  header.writeUInt32LE(packed, place + 4);
  header.writeUInt32LE(size, place + 8);
}

function endOfDirectory(entries: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}

function fits(size: number): number {
  if (size > 0xffff_ffff) throw new RangeError("the archive is larger than 4 GiB: choose a shorter time");
  return size;
}
