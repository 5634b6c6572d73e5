import type { NoticeWords } from "./words.ts";

/** Words of the documents: Kommunikationsguthaben, automatisches Aufladen, nutzungsbasierte Bezahlung. */
export const de: NoticeWords = {
  greeting: "Guten Tag,",
  closing: "Sie erhalten diese Nachricht aufgrund Ihrer Rolle in der Organisation {organisation} in Tollbook.",
  "credits.recharged": {
    subject: "Ihr Kommunikationsguthaben wurde um {amount} aufgeladen",
    lines: [
      "Durch automatisches Aufladen wurden Ihrem Kommunikationsguthaben {amount} hinzugefügt.",
      "Ihr Guthaben beträgt jetzt {balance}.",
    ],
  },
  "credits.rechargeFailed": {
    subject: "Das automatische Aufladen Ihres Kommunikationsguthabens ist fehlgeschlagen",
    lines: [
      "{amount} konnten nicht abgebucht werden: {reason}.",
      "Ihr Guthaben beträgt {balance}. Solange es über null liegt, gehen Anrufe weiter.",
      "Der nächste Versuch ist am {nextAttempt}. Wird die Karte ersetzt oder berichtigt, beginnt er sofort.",
    ],
  },
  "credits.rechargeSuspended": {
    subject: "Das automatische Aufladen Ihres Kommunikationsguthabens ist ausgesetzt",
    lines: [
      "{amount} konnten auch nach mehreren Versuchen nicht abgebucht werden: {reason}.",
      "Es wird nicht von selbst erneut versucht. Ersetzen oder berichtigen Sie die Karte, damit es wieder beginnt.",
      "Ihr Guthaben beträgt {balance}.",
    ],
  },
  "credits.rechargeCapped": {
    subject: "Das automatische Aufladen Ihres Kommunikationsguthabens hat die Monatsgrenze erreicht",
    lines: [
      "Eine Aufladung von {amount} würde die Grenze von {cap} für {month} überschreiten; vor dem nächsten Monat wird nicht aufgeladen.",
      "Ihr Guthaben beträgt {balance}. Erhöhen Sie die Grenze, oder laden Sie von Hand auf.",
    ],
  },
  "credits.zero": {
    subject: "Ihr Kommunikationsguthaben hat null erreicht",
    lines: [
      "Ihr Guthaben beträgt {balance}.",
      "Sie und Ihre Benutzer können keine Anrufe tätigen, die Guthaben brauchen, etwa gebührenfreie und internationale, bis Sie Guthaben hinzufügen.",
    ],
  },
  "credits.low": {
    subject: "Ihr Kommunikationsguthaben geht zur Neige",
    lines: ["Ihr Guthaben beträgt {balance}, weniger als 20 % der letzten Aufladung."],
  },
  "credits.expiring": {
    subject: "{amount} Ihres Kommunikationsguthabens laufen in {days} Tagen ab",
    lines: [
      "{amount} laufen am {expiresAt} ab, wenn sie bis dahin nicht verwendet werden: Guthaben verfällt zwölf Monate nach dem Kauf.",
    ],
  },
  "credits.stuckPrepaid": {
    subject: "Automatisches Aufladen verhindert die Abrechnung nach der Nutzung",
    lines: [
      "Ihre Organisation ist zur Abrechnung nach der Nutzung gewechselt, aber das automatische Aufladen ist noch eingeschaltet, und Ihr Guthaben beträgt {balance}.",
      "Anrufe, die Guthaben brauchen, werden abgelehnt. Schalten Sie das automatische Aufladen aus, dann werden sie nach der Nutzung abgerechnet.",
    ],
  },
  "pool.warning": {
    subject: "{threshold} % der Minuten von {description} sind verbraucht",
    lines: ["Im Monat {month} wurden {usedMinutes} von {totalMinutes} Minuten von {description} verbraucht."],
  },
  "budget.threshold": {
    subject: "Budget {name}: {threshold} % erreicht",
    lines: ["Im Zeitraum {period} wurden {spent} von {amount} ausgegeben."],
  },
  "budget.forecast": {
    subject: "Budget {name}: {threshold} % zu erwarten",
    lines: ["Wenn es so weitergeht, werden im Zeitraum {period} {projected} von {amount} ausgegeben."],
  },
  "spend.limitReached": {
    subject: "{user} hat das Ausgabenlimit erreicht",
    lines: [
      "{user} hat im Monat {month} {limit} für ausgehende Anrufe ausgegeben. Weitere kostenpflichtige Anrufe werden bis zum nächsten Monat abgelehnt.",
    ],
  },
  "fraud.blocked": {
    subject: "{user} wurde gesperrt: Verdacht auf Missbrauch",
    lines: ["{detail}", "Regel: {rule}. Heben Sie die Sperre auf, sobald Sie den Fall geprüft haben."],
  },
  "card.expiring": {
    subject: "Die Karte {brand} mit den Endziffern {last4} läuft bald ab",
    lines: ["Sie ist bis {expires} gültig. Bearbeiten oder ersetzen Sie sie vorher, damit Zahlungen weitergehen."],
  },
  "card.expired": {
    subject: "Die Karte {brand} mit den Endziffern {last4} ist abgelaufen",
    lines: ["Sie war bis {expires} gültig. Zahlungen mit ihr schlagen fehl. Bearbeiten oder ersetzen Sie sie."],
  },
  "payment.failed": {
    subject: "Eine Zahlung über {amount} ist fehlgeschlagen",
    lines: [
      "{amount} für {subject} konnten nicht abgebucht werden: {reason}.",
      "Der nächste Versuch ist am {nextAttempt}.",
      "Zahlen Sie mit einer anderen Karte, gilt diese für alles, was die abgelehnte bezahlt hat.",
    ],
  },
  "invoice.issued": {
    subject: "Rechnung {number} über {total}",
    lines: ["Die Rechnung {number} für den Zeitraum {period} liegt vor: {total}.", "Sie ist am {dueDate} fällig."],
  },
  "invoice.paid": {
    subject: "Die Rechnung {number} ist bezahlt",
    lines: ["Für die Rechnung {number} sind {total} eingegangen. Vielen Dank."],
  },
  "invoice.pastDue": {
    subject: "Die Rechnung {number} ist überfällig",
    lines: [
      "Von der Rechnung {number} sind {payable} offen; sie waren am {dueDate} fällig.",
      "Nach 30 Tagen werden Ihre Abonnements deaktiviert.",
    ],
  },
  "invoice.suspended": {
    subject: "Abonnements sind deaktiviert, weil die Rechnung {number} nicht bezahlt ist",
    lines: ["Von der Rechnung {number} sind {payable} offen. Sind sie bezahlt, gehen die Abonnements weiter."],
  },
  "subscription.expiring": {
    subject: "Das Abonnement {subscription} endet am {endsAt}",
    lines: [
      "{product} endet am {endsAt} und wird nicht verlängert. Schalten Sie die wiederkehrende Abrechnung ein, um es zu behalten.",
    ],
  },
  "subscription.expired": {
    subject: "Das Abonnement {subscription} ist abgelaufen",
    lines: ["{product} ist abgelaufen. Reaktivieren Sie es; am {deletedAt} wird es gelöscht."],
  },
  "subscription.disabled": {
    subject: "Das Abonnement {subscription} ist deaktiviert",
    lines: ["{product} ist deaktiviert: {reason}. Benutzer können es nicht verwenden."],
  },
  "trial.ending": {
    subject: "Die Testversion {subscription} endet am {endsAt}",
    lines: ["Die Testversion von {product} endet am {endsAt}. Kaufen Sie es, um es weiter zu verwenden."],
  },
  "selfService.takenOver": {
    subject: "Ihr Kauf {subscription} wurde übernommen",
    lines: ["{by} hat {product} übernommen, das Sie gekauft hatten: {action}."],
  },
  "selfService.cancelled": {
    subject: "Ihr Kauf {subscription} wurde gekündigt",
    lines: ["{product}, das Sie gekauft hatten, wurde gekündigt: {reason}."],
  },
  "account.frozen": {
    subject: "Das Konto {organisation} ist eingefroren",
    lines: [
      "Eine verletzte Invariante wurde gefunden, und für das Konto wird nichts entschieden, bis ein Betreiber nachgesehen hat: {reason}.",
    ],
  },
};
