/** Who sells, and so stands at the head of every invoice. One for the installation. */
export interface Seller {
  readonly name: string;
  /** Street and number. */
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** VAT identifier with its country, or the number of a local tax office; empty: none. */
  readonly taxNumber: string;
  /** Empty: nothing is paid by transfer. */
  readonly iban: string;
  readonly email: string;
}

const names = ["NAME", "STREET", "POSTAL_CODE", "CITY", "COUNTRY", "TAX_NUMBER", "IBAN", "EMAIL"] as const;
const needed = ["NAME", "STREET", "CITY", "COUNTRY"] as const;

/** Reads `TOLLBOOK_SELLER_*`; null where none is set. What is wrong is added to `faults`, each with what to do. */
export function readSeller(environment: Readonly<Record<string, string | undefined>>, faults: string[]): Seller | null {
  const get = (name: (typeof names)[number]): string => (environment[`TOLLBOOK_SELLER_${name}`] ?? "").trim();
  if (names.every((name) => get(name) === "")) return null;
  for (const name of needed) {
    if (get(name) === "")
      faults.push(
        `TOLLBOOK_SELLER_${name} is empty: set it too, or none of TOLLBOOK_SELLER_*; invoices need ${needed.join(", ")}.`,
      );
  }
  const country = get("COUNTRY");
  if (country !== "" && !/^[A-Z]{2}$/.test(country))
    faults.push(`TOLLBOOK_SELLER_COUNTRY is "${country}": set it to a code of two capital letters, such as DE.`);
  const iban = get("IBAN").replaceAll(" ", "");
  if (iban !== "" && !isIban(iban)) faults.push(`TOLLBOOK_SELLER_IBAN is no IBAN: set it to one whose check digits are right.`);
  const email = get("EMAIL");
  if (email !== "" && !/^[^\s@]{1,64}@[^\s@]{1,190}$/.test(email))
    faults.push(`TOLLBOOK_SELLER_EMAIL is "${email}": set it to an e-mail address.`);
  return {
    name: get("NAME"),
    street: get("STREET"),
    postalCode: get("POSTAL_CODE"),
    city: get("CITY"),
    country,
    taxNumber: get("TAX_NUMBER").replaceAll(" ", ""),
    iban,
    email,
  };
}

/** ISO 13616: the first four signs moved to the end, letters as 10 to 35, the rest of a division by 97 is 1. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const moved = text.slice(4) + text.slice(0, 4);
  const digits = Array.from(moved, (sign) => Number.parseInt(sign, 36)).join("");
  return BigInt(digits) % 97n === 1n;
}
