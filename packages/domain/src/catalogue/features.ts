import { isCallingPlan } from "./product.ts";
import { products } from "./products.ts";

/**
 * "Licences each feature needs": per feature, licences that a user must hold all of, each met by one of several products; and
 * money that must be there. Written from the rules it names (the documents' add-on licensing table and domain §2 to §9).
 */
export interface Feature {
  readonly feature: string;
  readonly name: string;
  /** Who holds the licences. */
  readonly holder: "user" | "organizer" | "resourceAccount" | "organisation";
  /** One product of each list. */
  readonly needs: readonly (readonly string[])[];
  /** What must pay beyond that; empty: nothing. */
  readonly funding: string;
  readonly rules: readonly string[];
}

const withCode = (...codes: string[]): string[] =>
  products.filter(({ serviceCode }) => codes.includes(serviceCode)).map(({ id }) => id);
const phoneSystem = products.filter((one) => one.includesPhoneSystem && one.kind !== "resourceAccount").map(({ id }) => id);
const anyPlan = products.filter(isCallingPlan).map(({ id }) => id);
const withMinutes = products.filter(({ domestic }) => domestic !== null).map(({ id }) => id);
const international = products.filter((one) => one.international !== null).map(({ id }) => id);
const payAsYouGo = products.filter(({ kind }) => kind === "payAsYouGoPlan").map(({ id }) => id);
const perUserConferencing = products.filter(({ kind }) => kind === "conferencing").map(({ id }) => id);
const anyConferencing = products
  .filter(({ dialOut, kind }) => dialOut !== null || kind.startsWith("conferencing"))
  .map(({ id }) => id);
const credits = withCode("MCOPSTNPP");
const resourceAccount = withCode("MCOEV_VIRTUALUSER");

const creditsOrOverage = "Communications Credits with a licence for them, or the pay-as-you-go option On (MCA)";
const organisationsCreditsOrOverage = "Communications Credits of the organisation, or the pay-as-you-go option On (MCA)";

export const features: readonly Feature[] = [
  {
    feature: "callsInTeams",
    name: "Calls between users of Teams",
    holder: "user",
    needs: [],
    funding: "",
    rules: ["CP-1"],
  },
  {
    feature: "inboundCalls",
    name: "Receive calls from telephones on a number of one's own",
    holder: "user",
    needs: [phoneSystem, anyPlan],
    funding: "",
    rules: ["CP-1", "CP-2"],
  },
  {
    feature: "domesticCalls",
    name: "Call numbers of the own country within included minutes",
    holder: "user",
    needs: [phoneSystem, withMinutes],
    funding: "",
    rules: ["CP-2", "CP-8", "CP-11"],
  },
  {
    feature: "internationalCalls",
    name: "Call other countries within included minutes",
    holder: "user",
    needs: [phoneSystem, international],
    funding: "",
    rules: ["CP-2", "CP-6", "CP-12"],
  },
  {
    feature: "paidCalls",
    name: "Call beyond the minutes, and other countries with a domestic plan",
    holder: "user",
    needs: [phoneSystem, anyPlan],
    funding: creditsOrOverage,
    rules: ["CP-12", "CP-13", "CC-1", "CC-9", "PG-5"],
  },
  {
    feature: "payAsYouGoCalls",
    name: "Call without included minutes, every minute charged",
    holder: "user",
    needs: [phoneSystem, payAsYouGo],
    funding: creditsOrOverage,
    rules: ["CP-5", "CC-1"],
  },
  {
    feature: "useCredits",
    name: "Draw on the organisation's Communications Credits",
    holder: "user",
    needs: [credits],
    funding: "A balance above zero",
    rules: ["CC-2", "CC-9"],
  },
  {
    feature: "hostConferences",
    name: "Meetings that can be joined by telephone on a toll number",
    holder: "organizer",
    needs: [anyConferencing],
    funding: "Nothing with a licence per user; credits with pay-per-minute",
    rules: ["AC-1", "AC-8"],
  },
  {
    feature: "tollFreeConferences",
    name: "Meetings that can be joined on a toll-free number",
    holder: "organizer",
    needs: [anyConferencing],
    funding: organisationsCreditsOrOverage,
    rules: ["AC-1", "CC-1", "CC-9", "OP-4"],
  },
  {
    feature: "conferenceDialOut",
    name: "Call numbers in Zone A from meetings within included minutes",
    holder: "organizer",
    needs: [perUserConferencing],
    funding: "",
    rules: ["AC-2", "AC-6"],
  },
  {
    feature: "paidConferenceDialOut",
    name: "Call from meetings beyond the minutes and outside of Zone A",
    holder: "organizer",
    needs: [anyConferencing],
    funding: creditsOrOverage,
    rules: ["AC-2", "AC-4", "AC-10"],
  },
  {
    feature: "attendantsAndQueues",
    name: "Auto attendants and call queues",
    holder: "resourceAccount",
    needs: [resourceAccount],
    funding: "",
    rules: ["RA-1"],
  },
  {
    feature: "attendantTransfers",
    name: "Auto attendants and call queues that transfer to telephones",
    holder: "resourceAccount",
    needs: [resourceAccount, payAsYouGo],
    funding: organisationsCreditsOrOverage,
    rules: ["RA-2", "RA-4", "D13"],
  },
  {
    feature: "tollFreeServiceNumbers",
    name: "Toll-free numbers of attendants and queues",
    holder: "organisation",
    needs: [],
    funding: organisationsCreditsOrOverage,
    rules: ["CC-1", "CC-9", "NM-1"],
  },
  {
    feature: "unassignedNumbers",
    name: "Route calls to unassigned numbers",
    holder: "organisation",
    needs: [],
    funding: organisationsCreditsOrOverage,
    rules: ["RA-5", "D14"],
  },
  {
    feature: "emergencyCalls",
    name: "Emergency calls",
    holder: "user",
    needs: [],
    funding: "",
    rules: ["EM-1", "EM-2"],
  },
];
