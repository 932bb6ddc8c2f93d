// What is said of the on-air record in a proof file: whether it is untrue, how far it reaches, what is proven of a moment.

import { joined, onAirAt, segmentOf } from "./on_air.js";

const STEP = "on air";

// `events` are those of the file, `judged` what was said of each, in one order. `subject`: whose record the file says it
// is; undefined for the proof of one event. Null where no event is of such a record, and nobody asked for a moment.
export const airedOf = (events, judged, subject, isAsked = false) => {
  if (!isAsked && !events.some((event) => "guoji:onAir" in event)) return null;
  const unproven = {};
  try {
    const segments = events.flatMap((event, i) => {
      const segment = segmentOf(event);
      if (!segment) return [];
      if ((subject ?? segment.urn) !== segment.urn)
        throw lie(`segment ${segment.number} is of room ${segment.urn}, the file of ${subject}`);
      if (judged[i].verdict !== "verified") unproven[segment.number] = judged[i].reason;
      return [segment];
    });
    return { segments: joined(segments), unproven };
  } catch (error) {
    if (!error.outcome) throw error;
    return { [error.outcome === "failed" ? "lie" : "gap"]: error.detail };
  }
};

const lie = (detail) => Object.assign(Error(detail), { outcome: "failed", detail });

// The same with what was on air at a moment, as `onAir`, or why that is not shown here, as `gap`.
export const momentOf = (aired, asked) => {
  if (!aired.segments) return aired;
  try {
    const onAir = onAirAt(aired.segments, asked);
    const doubt = onAir?.segments.find((number) => number in aired.unproven);
    const gap = doubt && `segment ${doubt} tells of that moment: ${aired.unproven[doubt]}`;
    return { ...aired, asked, onAir, gap };
  } catch (error) {
    if (!error.outcome) throw error;
    return { ...aired, asked, gap: error.detail };
  }
};

// The verdict of the file, unless the record is untrue, or does not reach the moment that was asked for.
export const judged = (report, aired, hasPolicy) => {
  const { lie: untrue, gap } = aired ?? {};
  if (untrue && report.verdict !== "contradicted")
    return hasPolicy
      ? { ...report, verdict: "contradicted", step: STEP, reason: untrue }
      : { ...report, reason: `${report.reason}; ${STEP}: ${untrue}` };
  if (gap && report.verdict === "verified")
    return { ...report, verdict: "unchecked", reason: `${STEP}: ${gap}` };
  return report;
};
