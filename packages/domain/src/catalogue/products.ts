import type { IncludedMinutes, Product } from "./product.ts";

/**
 * The catalogue: every plan of domain §2.1 and §6 as data. A price stands here only where it has a source (RT-10); what has none
 * is sold at the price agreed. Changing what is sold where, what can be tried and what members may buy is an edit of this file.
 */

/** CP-4: Puerto Rico shares the minutes and the pool of the United States. */
const full: IncludedMinutes = { elsewhere: 1200, byCountry: { US: 3000, CA: 3000, PR: 3000 } };
const everywhere = (minutes: number): IncludedMinutes => ({ elsewhere: minutes, byCountry: {} });
const phoneSystem = ["MCOEV", "MCOEV_VIRTUALUSER", "MCOTEAMS_ESSENTIALS", "MCOCAP"];

const none: Product = {
  id: "",
  name: "",
  family: "teams-phone",
  serviceCode: "",
  kind: "phoneSystem",
  domestic: null,
  international: null,
  capCoupling: "either",
  dialOut: null,
  pooled: true,
  countries: "any",
  notSoldIn: [],
  agreements: [],
  needsOneOf: [],
  includesPhoneSystem: false,
  tags: [],
  unlimited: false,
  prices: {},
  free: false,
  selfService: false,
  trial: false,
  description: "",
};

const plan: Product = {
  ...none,
  family: "teams-calling-plan",
  kind: "callingPlan",
  countries: "planCountries",
  needsOneOf: phoneSystem,
  tags: ["PAY-AS-YOU-GO AVAILABLE"],
  selfService: true,
  trial: true,
};
const zonePlan: Product = {
  ...plan,
  family: "teams-calling-plan-pay-as-you-go",
  kind: "payAsYouGoPlan",
  tags: ["PAY-AS-YOU-GO"],
  selfService: false,
  trial: false,
};
const conferencing: Product = {
  ...none,
  family: "audio-conferencing",
  kind: "conferencing",
  tags: ["PAY-AS-YOU-GO AVAILABLE"],
  selfService: true,
  trial: true,
};
const payPerMinute: Product = {
  ...conferencing,
  kind: "conferencingPayPerMinute",
  // AC-8: volume licensing only, through the account representative.
  agreements: ["MPSA", "EA"],
  selfService: false,
  trial: false,
};

/** CP-5: where zone licences are not sold, though users there may hold them. */
const notInTheUnitedStates = ["US", "PR"];
/** CP-4: the 120 and 240 minute plans are sold in the United States unless countries are listed here. */
const shortPlansNotSoldIn: readonly string[] = [];

export const products: readonly Product[] = [
  {
    ...none,
    id: "teams-phone-standard",
    name: "Teams Phone Standard",
    serviceCode: "MCOEV",
    includesPhoneSystem: true,
    selfService: true,
    trial: true,
    // W:www.redresscompliance.com/microsoft-teams-phone-licensing-guide.html, stand-alone.
    prices: { USD: 8_000_000 },
    description: "Phone system",
  },
  {
    ...plan,
    id: "calling-plan-domestic",
    name: "Domestic Calling Plan",
    serviceCode: "MCOPSTN1",
    domestic: full,
    // W:blog.enablingtechcorp.com, United States, 3,000 minutes.
    prices: { USD: 12_000_000 },
    description: "Domestic calling plan",
  },
  {
    ...plan,
    id: "calling-plan-international",
    name: "Domestic and International Calling Plan",
    serviceCode: "MCOPSTN2",
    domestic: full,
    international: everywhere(600),
    // W:tomtalks.blog 2022.
    prices: { USD: 24_000_000 },
    description: "Domestic and international calling plan",
  },
  {
    ...plan,
    id: "calling-plan-domestic-120",
    name: "Domestic Calling Plan (120 minutes)",
    serviceCode: "MCOPSTN5",
    domestic: everywhere(120),
    notSoldIn: shortPlansNotSoldIn,
    description: "Domestic calling plan",
  },
  {
    ...plan,
    id: "calling-plan-domestic-240",
    name: "Domestic Calling Plan (240 minutes)",
    serviceCode: "MCOPSTN6",
    domestic: everywhere(240),
    notSoldIn: shortPlansNotSoldIn,
    description: "Domestic calling plan",
  },
  {
    ...plan,
    id: "calling-plan-domestic-120-personal",
    name: "Domestic Calling Plan (120 minutes, not pooled)",
    serviceCode: "MCOPSTN8",
    domestic: everywhere(120),
    pooled: false,
    notSoldIn: shortPlansNotSoldIn,
    description: "Domestic calling plan, personal",
  },
  {
    ...plan,
    id: "calling-plan-international-9",
    name: "International Calling Plan",
    serviceCode: "MCOPSTN9",
    domestic: full,
    international: everywhere(600),
    description: "Domestic and international calling plan",
  },
  {
    ...zonePlan,
    id: "calling-plan-payg-zone-1",
    name: "Pay-As-You-Go Calling Plan (Zone 1)",
    serviceCode: "MCOPSTN_PAYG_1",
    countries: "zone1",
    notSoldIn: notInTheUnitedStates,
    description: "Pay-As-You-Go calling plan, zone 1",
  },
  {
    ...zonePlan,
    id: "calling-plan-payg-zone-2",
    name: "Pay-As-You-Go Calling Plan (Zone 2)",
    serviceCode: "MCOPSTN_PAYG_2",
    countries: "zone2",
    notSoldIn: notInTheUnitedStates,
    description: "Pay-As-You-Go calling plan, zone 2",
  },
  {
    ...plan,
    id: "calling-plan-mexico-domestic",
    name: "Domestic Calling Plan (Mexico)",
    serviceCode: "MCOPSTN1_MX",
    domestic: everywhere(1200),
    countries: ["MX"],
    description: "Domestic calling plan",
  },
  {
    ...plan,
    id: "calling-plan-mexico-international",
    name: "Domestic and International Calling Plan (Mexico)",
    serviceCode: "MCOPSTN2_MX",
    domestic: everywhere(1200),
    international: everywhere(600),
    countries: ["MX"],
    description: "Domestic and international calling plan",
  },
  {
    ...zonePlan,
    id: "calling-plan-mexico-payg",
    name: "Pay-As-You-Go Calling Plan (Mexico)",
    serviceCode: "MCOPSTN_PAYG_MX",
    countries: ["MX"],
    description: "Pay-As-You-Go calling plan, Mexico",
  },
  {
    ...plan,
    id: "teams-phone-with-calling-plan",
    name: "Teams Phone with Calling Plan",
    family: "teams-phone",
    serviceCode: "MCOTEAMS_ESSENTIALS",
    domestic: full,
    needsOneOf: [],
    includesPhoneSystem: true,
    description: "Phone system with domestic calling plan",
  },
  {
    ...none,
    id: "communications-credits",
    name: "Communications Credits",
    serviceCode: "MCOPSTNPP",
    kind: "credits",
    unlimited: true,
    family: "communications-credits",
    // CC-2, CC-12: the licence only gives access to the balance, which may have to drain; buying credits is refused elsewhere.
    description: "Communications Credits",
  },
  {
    ...conferencing,
    id: "audio-conferencing",
    name: "Audio Conferencing",
    serviceCode: "MCOMEETADD",
    dialOut: { minutes: 60, reach: "zoneA", complimentaryMinutes: 900 },
    description: "Outbound calls to Zone A countries",
  },
  {
    ...conferencing,
    id: "audio-conferencing-us-ca-dial-out",
    name: "Audio Conferencing with dial-out to US and CA",
    serviceCode: "MCOMEETADD_DIALOUT_US",
    dialOut: { minutes: 60, reach: "usCa", complimentaryMinutes: 0 },
    description: "Outbound calls to the United States and Canada",
  },
  {
    ...payPerMinute,
    id: "audio-conferencing-pay-per-minute",
    name: "Audio Conferencing Pay-per-Minute",
    serviceCode: "MCOMEETACPEA",
    description: "Audio Conferencing, pay per minute",
  },
  {
    ...payPerMinute,
    id: "audio-conferencing-pay-per-minute-gov",
    name: "Audio Conferencing Pay-per-Minute for government",
    serviceCode: "MCOMEETACPEA_GOV",
    description: "Audio Conferencing, pay per minute",
  },
  {
    ...none,
    id: "common-area-phone",
    name: "Common Area Phone",
    serviceCode: "MCOCAP",
    kind: "commonArea",
    includesPhoneSystem: true,
    description: "Phone of a common area",
  },
  {
    ...none,
    id: "resource-account",
    name: "Teams Phone Resource Account",
    serviceCode: "MCOEV_VIRTUALUSER",
    kind: "resourceAccount",
    includesPhoneSystem: true,
    free: true,
    description: "Resource account of an attendant or queue",
  },
];
