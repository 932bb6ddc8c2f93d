// Whether the event of a batch sums up its payloads truly: times, extremes, mean and count of each metric.

import METRICS from "../../traceability/telemetry/metrics.json";
import { failed } from "./bytes.js";
import { canonical } from "./json.js";
import { isCbor, measure } from "./senml.js";

// `readings` have a payload, and the numbers that stand in it. By metric, pairs of milliseconds and whole steps; null
// where a payload has a form that is not read here.
export const summed = async (event, readings, root) => {
  const { decode } = readings.some(({ payload }) => isCbor(payload)) ? await import("./verify-cbor.js") : {};
  const values = {};
  try {
    for (const reading of readings)
      measure(reading.payload, reading, decode, (metric, steps, at_ms) =>
        (values[metric] ??= []).push([at_ms, steps]),
      );
  } catch {
    return null;
  }
  compare(event, values, root);
  return values;
};

const compare = (event, values, root) => {
  const [element, ...others] = [event.sensorElementList].flat();
  const { deviceID, rawData } = element?.sensorMetadata ?? {};
  (!others[0] && `${rawData}`.includes(root)) || failed(`rawData is ${rawData}, want a URL with ${root}`);
  const times = Object.values(values).flatMap((pairs) => pairs.map(([at_ms]) => at_ms));
  const [startTime, endTime] = rangeOf(times).map((at_ms) =>
    new Date(at_ms).toISOString().replace("Z", "+00:00"),
  );
  const reports = Object.keys(values)
    .sort()
    .map((name) => reportOf(name, values[name].map(([, steps]) => steps)));
  fits("eventTime", event.eventTime, endTime);
  fits("sensorMetadata", element.sensorMetadata, { startTime, endTime, deviceID, rawData });
  reports.forEach((report, i) => fits("sensorReport", element.sensorReport?.[i], report));
  fits("sensorReport", element.sensorReport, reports);
};

const fits = (name, said, wanted) => {
  const [have, want] = [said, wanted].map((value) => canonical(value));
  have === want || failed(`the payloads give ${name} ${want}, the event says ${have}`);
};

const rangeOf = (values) => {
  let least = values[0];
  let most = least;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
};

const reportOf = (name, steps) => {
  const { type, uom, decimals } = METRICS[name];
  const mean = meanOf(
    steps.reduce((total, each) => total + BigInt(each), 0n),
    BigInt(steps.length),
  );
  const [minValue, maxValue, meanValue] = [...rangeOf(steps), mean].map((whole) =>
    Number(`${whole}e-${decimals}`),
  );
  return { type, minValue, maxValue, meanValue, uom, "guoji:metric": name, "guoji:count": steps.length };
};

// Half away from zero.
const meanOf = (total, count) => {
  const size = (2n * (total < 0n ? -total : total) + count) / (2n * count);
  return total < 0n ? -size : size;
};
