/** Lists of countries that plans, policies and credits are made of. Codes are ISO 3166-1; sources are the rules of the domain specification. */

/** CP-3: countries with calling plans. AU and JP are sold by local operators, whose calls do not reach the usage report. */
export const planCountries = `
  AT AU BE CA CH CZ DE DK EE ES FI FR GB HR HU IE IT JP LT LU LV MX NL NO NZ PL PR PT RO SE SG SI SK US ZA
`;

/** CP-3: plan countries whose plans are sold by an operator of their own. */
export const operatorSoldCountries = "AU JP";

/** CP-5: price zone 1 of the Pay-As-You-Go Calling Plan. */
export const priceZone1 = "CA GB PR US";

/** CP-5: price zone 2, the union of the editions of 2022-09 and 2023-01. */
export const priceZone2 = "AT BE CH CZ DE DK EE ES FI FR HR HU IE IT LT LU LV NL NO NZ PL PT RO SE SG SI SK ZA";

/** AC-6: Zone A for dial-out from meetings, 44 countries. */
export const zoneA = `
  AT AU BE BG BR CA CH CN CZ DE DK EE ES FI FR GB GR HK HR HU IE IN IT JP KR LU MX MY NL NO NZ PL PR PT RO RU SE SG SI SK
  TH TW US ZA
`;

/** CC-11: countries in which Communications Credits are not sold. */
export const creditsNotSold = "BH CN IN KR KZ MK NI PK RU TW UA";

/** AC-2: no credits there, so that dial-out keeps the older complimentary rule. */
export const complimentaryDialOut = "KR RU TW";

/**
 * CP-7 counts 196 destinations of international calls, but the text that the rules were taken from does not name them.
 * This list is derived instead: the 174 countries and territories that have an outbound price in the ACS list (RT-8).
 */
export const internationalDestinations = `
  AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BG BH BM BN BO BR BS BT BW BZ CA CH
  CL CM CN CO CR CV CY CZ DE DK DM DO EC EE EG ER ES ET FI FJ FO FR GB GD GE GF GH GI GL
  GP GR GT GU GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KR KW KY KZ LA
  LB LC LI LK LT LU LV LY MA MC MD ME MH MK MM MN MO MP MQ MT MU MX MY MZ NA NC NE NG NI
  NL NO NP NZ OM PA PE PF PH PK PL PR PS PT PW PY QA RE RO RS RU RW SA SD SE SG SI SK SM
  SR SV SX SY SZ TC TH TJ TM TR TT TW TZ UA UG US UY UZ VA VC VE VG VI VN WF XK YE ZA ZW
`;
