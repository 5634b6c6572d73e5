import { formatMicros, formatTime, micros } from "@tollbook/contracts/units.ts";
import type { ReplayedRow } from "@tollbook/meter/replay.ts";

/** How an account's balance and invoices came about, told by the rows that the log gives again. */
export interface AccountStory {
  add(row: ReplayedRow): void;
  text(): string;
}

interface CallDay {
  readonly day: string;
  calls: number;
  amount: number;
}

/** Commands and facts one by one, calls by the day of the log: a month of calls is a screenful. */
export function tellAccount(account: string): AccountStory {
  const lines: string[] = [];
  const invoices = new Map<string, Map<string, number>>();
  let balance = 0;
  let calls: CallDay | null = null;

  const closeDay = (): void => {
    if (calls === null) return;
    lines.push(lineOf(calls.day, calls.amount, balance, `${calls.calls} rows of calls`));
    calls = null;
  };

  return {
    add: ({ kind, row }) => {
      if (kind === "deadLetter" || row.account !== account) return;
      let amount = 0;
      for (const posting of row.postings) if (posting.ledger.startsWith("credits/")) amount += posting.amount;
      if (row.invoice !== "") {
        const invoice = invoices.get(row.invoice) ?? new Map<string, number>();
        invoice.set(row.invoiceLine, (invoice.get(row.invoiceLine) ?? 0) + row.amountMicros);
        invoices.set(row.invoice, invoice);
      }
      if (amount === 0) return;
      const time = formatTime(row.logTime);
      const day = time.slice(0, 10);
      if (kind === "call") {
        if (calls !== null && calls.day !== day) closeDay();
        calls ??= { day, calls: 0, amount: 0 };
        calls.calls++;
        calls.amount += amount;
        balance += amount;
        return;
      }
      closeDay();
      balance += amount;
      lines.push(lineOf(time, amount, balance, `${row.type} ${row.subject} (entry ${row.logSeq})`));
    },
    text: () => {
      closeDay();
      const credits = lines.length === 0 ? ["  never moved"] : lines;
      const billed = [...invoices].flatMap(([invoice, parts]) => [
        `Invoice ${invoice}, before rounding and tax:`,
        ...[...parts].map(([line, amount]) => `  ${money(amount).padStart(14)}  ${line}`),
      ]);
      return `${[`Credits of ${account}, as the log gives them: amount, balance after it`, ...credits, ...billed].join("\n")}\n`;
    },
  };
}

function lineOf(time: string, amount: number, balance: number, what: string): string {
  return `  ${time.padEnd(27)} ${money(amount).padStart(14)} ${money(balance).padStart(14)}  ${what}`;
}

const money = (amount: number): string => formatMicros(micros(amount));
