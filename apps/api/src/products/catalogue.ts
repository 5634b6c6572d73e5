import { Catalogue, CatalogueView, OrderReview, orderReviewRequest } from "@tollbook/contracts/product-views.ts";
import { countryAvailability } from "@tollbook/domain/catalogue/availability.ts";
import { catalogue } from "@tollbook/domain/catalogue/catalogue.ts";
import { features } from "@tollbook/domain/catalogue/features.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

const Countries = z.object({
  countries: z.array(
    z.object({
      country: z.string(),
      name: z.string(),
      callingPlans: z.boolean(),
      soldBy: z.nullable(z.string()),
      usable: z.array(z.string()),
      sold: z.array(z.string()),
      domesticMinutes: z.nullable(z.int()),
      payAsYouGoZone: z.nullable(z.int()),
      communicationsCredits: z.boolean(),
      dialOutIncluded: z.boolean(),
      complimentaryDialOut: z.boolean(),
      destination: z.boolean(),
    }),
  ),
});

const Features = z.object({
  features: z.array(
    z.object({
      feature: z.string(),
      name: z.string(),
      holder: z.enum(["user", "organizer", "resourceAccount", "organisation"]),
      needs: z.array(z.array(z.string())),
      funding: z.string(),
      rules: z.array(z.string()),
    }),
  ),
});

/** Members may buy for themselves, so the catalogue is theirs to read too. */
const buyers = { account: ["readProducts", "ownSubscriptions"], scoped: true } as const;

/** What there is to buy: for everybody, per country, per feature; what this account may buy; an order before it is placed. */
export function registerCatalogue(app: App, { log }: Services): void {
  // The catalogue belongs to the release (architecture §4): it is the same until the process is replaced.
  const everything = catalogue();
  const countries = { countries: countryAvailability().map((one) => ({ ...one, usable: [...one.usable], sold: [...one.sold] })) };
  const table = {
    features: features.map((one) => ({ ...one, needs: one.needs.map((list) => [...list]), rules: [...one.rules] })),
  };

  app.get(
    "/v1/catalogue",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "getCatalogue",
        tags: ["Products"],
        summary: "Products with their plans, tags, prices and included minutes per country",
        response: { 200: Catalogue, ...problems() },
      },
    },
    async () => everything,
  );

  app.get(
    "/v1/catalogue/countries",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "listCountryAvailability",
        tags: ["Products"],
        summary: "What is sold and usable in each country (CP-3 to CP-5, AC-6, CC-11)",
        response: { 200: Countries, ...problems() },
      },
    },
    async () => countries,
  );

  app.get(
    "/v1/catalogue/features",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "listFeatures",
        tags: ["Products"],
        summary: "Licences that each feature needs",
        response: { 200: Features, ...problems() },
      },
    },
    async () => table,
  );

  app.get(
    "/v1/accounts/:account/catalogue",
    {
      config: { access: buyers },
      schema: {
        operationId: "getAccountCatalogue",
        tags: ["Products"],
        summary: "What this account may buy and try, and why not",
        params: AccountParams,
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: CatalogueView, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request) =>
      (await askMeter(log, accountOf(request), { view: "catalogue" }, request.query.after)) as z.infer<typeof CatalogueView>,
  );

  app.post(
    "/v1/accounts/:account/orders/review",
    {
      config: { access: buyers },
      schema: {
        operationId: "reviewOrder",
        tags: ["Products"],
        summary: "An order before it is placed: what it costs now and next, and what hinders it",
        params: AccountParams,
        body: z.strictObject(z.omit(orderReviewRequest, { view: true }).shape),
        response: { 200: OrderReview, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request) =>
      (await askMeter(log, accountOf(request), { view: "orderReview", ...request.body })) as z.infer<typeof OrderReview>,
  );
}
