import type { CatalogueView } from "@tollbook/contracts/product-views.ts";
import type { Account } from "../account/account.ts";
import { byFamily, planOf } from "../catalogue/catalogue.ts";
import { whyNotSold } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { whyBeyondQuota, whyNoTrial } from "../command/subscription-commands-order.ts";
import { latest } from "../history.ts";
import { selfServicePolicy } from "../self-service/policy.ts";
import type { PartitionState } from "../state.ts";
import { isGranting } from "../subscription/subscription.ts";
import { asOf } from "./as-of.ts";

type AccountPlan = CatalogueView["families"][number]["plans"][number];

/** What this account may buy and try, and why not; included minutes for its own country. */
export function catalogueView(state: PartitionState, account: Account): CatalogueView {
  return {
    asOf: asOf(state, account),
    country: account.country,
    currency: account.currency,
    agreement: latest(account.settings).agreement,
    families: byFamily((product) => accountPlan(account, product)),
  };
}

function accountPlan(account: Account, product: Product): AccountPlan {
  const { agreement } = latest(account.settings);
  const unsold = whyNotSold(product, { country: account.country, agreement }, null);
  const quota = whyBeyondQuota(account, product, 1);
  const whyNot =
    unsold !== null
      ? { code: "productNotAvailable", detail: unsold }
      : quota === null
        ? null
        : { code: quota.code, detail: quota.detail };
  const trial = whyNoTrial(account, product);
  const owned = [...account.subscriptions.values()].filter((one) => one.product === product.id && isGranting(one));
  return {
    ...planOf(product, [account.country]),
    canBuy: whyNot === null,
    whyNot,
    canTry: whyNot === null && trial === null,
    whyNoTrial: whyNot ?? (trial === null ? null : { code: trial.code, detail: trial.detail }),
    selfServicePolicy: product.selfService ? selfServicePolicy(account, product.id) : "Disabled",
    licences: owned.reduce((sum, { total }) => sum + total, 0),
    assigned: owned.reduce((sum, { assigned }) => sum + assigned.length, 0),
  };
}
