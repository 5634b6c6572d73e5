import type { NoticeWords } from "./words.ts";

/** Words of the documents: betaling efter forbrug, abonnement, licenser, faktura. */
export const da: NoticeWords = {
  greeting: "Hej,",
  closing: "Du modtager denne meddelelse på grund af din rolle i organisationen {organisation} i Tollbook.",
  "credits.recharged": {
    subject: "Dine kommunikationskreditter er fyldt op med {amount}",
    lines: ["Automatisk opfyldning har føjet {amount} til dine kommunikationskreditter.", "Saldoen er nu {balance}."],
  },
  "credits.rechargeFailed": {
    subject: "Automatisk opfyldning af dine kommunikationskreditter mislykkedes",
    lines: [
      "{amount} kunne ikke opkræves: {reason}.",
      "Saldoen er {balance}. Opkald fortsætter, så længe den er over nul.",
      "Næste forsøg er den {nextAttempt}. Hvis kortet erstattes eller rettes, forsøges der straks.",
    ],
  },
  "credits.rechargeSuspended": {
    subject: "Automatisk opfyldning af dine kommunikationskreditter er sat på pause",
    lines: [
      "{amount} kunne ikke opkræves efter flere forsøg: {reason}.",
      "Der forsøges ikke igen af sig selv. Erstat eller ret kortet for at begynde igen.",
      "Saldoen er {balance}.",
    ],
  },
  "credits.rechargeCapped": {
    subject: "Automatisk opfyldning af dine kommunikationskreditter har nået månedens loft",
    lines: [
      "En opfyldning på {amount} ville overskride loftet på {cap} for {month}; der fyldes ikke op før næste måned.",
      "Saldoen er {balance}. Hæv loftet, eller fyld op manuelt.",
    ],
  },
  "credits.zero": {
    subject: "Dine kommunikationskreditter har nået nul",
    lines: [
      "Saldoen er {balance}.",
      "Du og dine brugere kan ikke foretage opkald, der kræver kreditter, f.eks. gratisnumre og internationale opkald, før du tilføjer midler.",
    ],
  },
  "credits.low": {
    subject: "Dine kommunikationskreditter er ved at slippe op",
    lines: ["Saldoen er {balance}, mindre end 20 % af den seneste opfyldning."],
  },
  "credits.expiring": {
    subject: "{amount} af dine kommunikationskreditter udløber om {days} dage",
    lines: ["{amount} udløber den {expiresAt}, hvis de ikke er brugt inden da: kreditter fortabes tolv måneder efter købet."],
  },
  "credits.stuckPrepaid": {
    subject: "Automatisk opfyldning forhindrer betaling efter forbrug",
    lines: [
      "Din organisation er skiftet til betaling efter forbrug, men automatisk opfyldning er stadig slået til, og saldoen er {balance}.",
      "Opkald, der kræver kreditter, afvises. Slå automatisk opfyldning fra, så faktureres de efter forbrug.",
    ],
  },
  "pool.warning": {
    subject: "{threshold} % af minutterne i {description} er brugt",
    lines: ["I {month} er {usedMinutes} af {totalMinutes} minutter i {description} brugt."],
  },
  "budget.threshold": {
    subject: "Budget {name}: {threshold} % er nået",
    lines: ["I perioden {period} er der brugt {spent} af {amount}."],
  },
  "budget.forecast": {
    subject: "Budget {name}: {threshold} % ventes",
    lines: ["Hvis forbruget fortsætter som hidtil, ender perioden {period} på {projected} af {amount}."],
  },
  "spend.limitReached": {
    subject: "{user} har nået forbrugsgrænsen",
    lines: ["{user} har brugt {limit} på udgående opkald i {month}. Flere opkald, der koster penge, afvises indtil næste måned."],
  },
  "fraud.blocked": {
    subject: "{user} er blokeret: mistanke om misbrug",
    lines: ["{detail}", "Regel: {rule}. Fjern blokeringen, når du har undersøgt sagen."],
  },
  "card.expiring": {
    subject: "Kortet {brand}, der ender på {last4}, udløber snart",
    lines: ["Det er gyldigt til {expires}. Rediger eller erstat det inden da, så betalinger fortsætter."],
  },
  "card.expired": {
    subject: "Kortet {brand}, der ender på {last4}, er udløbet",
    lines: ["Det var gyldigt til {expires}. Betalinger med det mislykkes. Rediger eller erstat det."],
  },
  "payment.failed": {
    subject: "En betaling på {amount} mislykkedes",
    lines: [
      "{amount} for {subject} kunne ikke opkræves: {reason}.",
      "Næste forsøg er den {nextAttempt}.",
      "Betaler du med et andet kort, bruges det til alt det, som det afviste betalte for.",
    ],
  },
  "invoice.issued": {
    subject: "Faktura {number} på {total}",
    lines: ["Faktura {number} for perioden {period} er klar: {total}.", "Den forfalder den {dueDate}."],
  },
  "invoice.paid": { subject: "Faktura {number} er betalt", lines: ["{total} er modtaget for faktura {number}. Tak."] },
  "invoice.pastDue": {
    subject: "Faktura {number} er forfalden",
    lines: [
      "{payable} af faktura {number} er ubetalt; beløbet forfaldt den {dueDate}.",
      "Efter 30 dage deaktiveres dine abonnementer.",
    ],
  },
  "invoice.suspended": {
    subject: "Abonnementer er deaktiveret, fordi faktura {number} ikke er betalt",
    lines: ["{payable} af faktura {number} er ubetalt. Når beløbet er betalt, fortsætter abonnementerne."],
  },
  "subscription.expiring": {
    subject: "Abonnementet {subscription} slutter den {endsAt}",
    lines: ["{product} slutter den {endsAt} og fornyes ikke. Slå tilbagevendende fakturering til for at beholde det."],
  },
  "subscription.expired": {
    subject: "Abonnementet {subscription} er udløbet",
    lines: ["{product} er udløbet. Genaktiver det; den {deletedAt} slettes det."],
  },
  "subscription.disabled": {
    subject: "Abonnementet {subscription} er deaktiveret",
    lines: ["{product} er deaktiveret: {reason}. Brugerne kan ikke bruge det."],
  },
  "trial.ending": {
    subject: "Prøveversionen {subscription} slutter den {endsAt}",
    lines: ["Prøveversionen af {product} slutter den {endsAt}. Køb det for fortsat at bruge det."],
  },
  "selfService.takenOver": {
    subject: "Dit køb {subscription} er overtaget",
    lines: ["{by} har overtaget {product}, som du havde købt: {action}."],
  },
  "selfService.cancelled": {
    subject: "Dit køb {subscription} er annulleret",
    lines: ["{product}, som du havde købt, er annulleret: {reason}."],
  },
  "account.frozen": {
    subject: "Kontoen {organisation} er fastfrosset",
    lines: ["En brudt invariant er fundet, og intet afgøres for kontoen, før en operatør har set på det: {reason}."],
  },
};
