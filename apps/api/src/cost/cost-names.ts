import type { CostGrouping, CostKey } from "@tollbook/contracts/cost-answers.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { SubscriptionsView } from "@tollbook/contracts/views.ts";
import { countryName } from "@tollbook/tariffs/country-of.ts";
import { askMeter } from "../ask-meter.ts";
import type { LogClient } from "../log/log-client.ts";
import type { People } from "../reports/people.ts";

/** How a group is called, and by what it can be filtered. */
export type CostNames = (grouping: CostGrouping, value: string | null) => CostKey;

/** Names of subscriptions come from the meter; with it away, their ids stand for them. */
export async function costNames(log: LogClient, account: AccountId, people: People): Promise<CostNames> {
  const view = (await askMeter(log, account, { view: "subscriptions" }).catch(() => null)) as SubscriptionsView | null;
  const products = new Map(view?.subscriptions.map(({ subscription, productName }) => [subscription, productName]));
  const subscription = (id: string): string => {
    const product = products.get(id);
    return product === undefined ? id : `${product} (${id})`;
  };
  return (grouping, value) => {
    if (value === null) return null;
    switch (grouping) {
      case "user": {
        const person = people.person(value);
        return { key: person?.id ?? "", label: person?.displayName ?? "" };
      }
      case "number":
        // By what it is, not by what is shown of it: numbers that look alike stay apart (edge 26).
        return { key: value === "" ? "" : people.opaque(value), label: people.maskedNumber(value) };
      case "usageLocation":
      case "destinationCountry":
        return { key: value, label: value === "" ? "" : countryName(value) };
      case "subscription":
        return { key: value, label: subscription(value) };
      case "service":
        return { key: value, label: serviceLabel(value, subscription) };
      case "department":
      case "destination":
      case "direction":
      case "callType":
      case "capability":
      case "funding":
      case "currency":
      case "day":
      case "week":
      case "month":
        return { key: value, label: value };
    }
  };
}

const usageServices: Readonly<Record<string, string>> = {
  "usage/calling": "Calls",
  "usage/conferencing": "Audio Conferencing calls",
  "usage/voiceApplications": "Attendants, queues and service numbers",
  "usage/directRouting": "Direct Routing",
  discount: "Discounts",
};

function serviceLabel(service: string, subscription: (id: string) => string): string {
  const known = usageServices[service];
  if (known !== undefined) return known;
  return service.startsWith("subscription/") ? subscription(service.slice("subscription/".length)) : service;
}
