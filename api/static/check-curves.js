// Whether a drawn curve shows the readings that were checked: it is laid out anew and compared.

// Of the drawing, as api/present/curve_svg.py has them.
const [LEFT, RIGHT, TOP, UNDER] = [96, 18, 54, 66];

// As Python rounds: halves to the even neighbour.
const rounded = (number) => {
  const up = Math.round(number);
  return up - number === 0.5 && up % 2 ? up - 1 : up;
};

// The highest and the lowest spot in each column.
const columnsOf = (spots) => {
  const columns = new Map();
  for (const [x, y] of spots) {
    const [least, most] = columns.get(x) ?? [y, y];
    columns.set(x, [Math.min(least, y), Math.max(most, y)]);
  }
  return columns;
};

const drawnBy = (path) =>
  path
    .split("M")
    .slice(1)
    .flatMap((run) => {
      const numbers = run.match(/-?\d+/g).map(Number);
      let [x, y] = numbers;
      const spots = [[x, y]];
      for (let i = 2; i < numbers.length; i += 2) spots.push([(x += numbers[i]), (y += numbers[i + 1])]);
      return spots;
    });

const layout = (svg) => {
  const { factor, grain, from, to, lowest, highest, least, most } = svg.dataset;
  const { width, height } = svg.viewBox.baseVal;
  const across = (width - LEFT - RIGHT) / (to - from || 1);
  const up = (height - UNDER - TOP) / (highest - lowest || 1);
  return {
    // What no such sensor can measure is left out of the drawing, and said beside it.
    isDrawn: ([at, value]) => at >= from && at <= to && !(value < least) && !(value > most),
    spotOf: ([at, value]) => [
      LEFT + rounded(((at - from) * across) / grain) * grain,
      rounded(height - UNDER - (value * factor - lowest) * up),
    ],
  };
};

// How many of the drawn columns are checked, of how many; null if a reading is hidden, or one shown that never was.
// `batches` are what the checked ones of its device measured of its metric: pairs of milliseconds and value.
export const checkCurve = (svg, batches) => {
  const { live } = svg.dataset;
  const { isDrawn, spotOf } = layout(svg);
  const spots = batches.map((values) => values.filter(isDrawn).map(spotOf));
  const recorded = columnsOf(spots.flat());
  const drawn = columnsOf(drawnBy(svg.querySelector(".line").getAttribute("d")));
  // One unit up or down: values are rounded before they are drawn.
  for (const [x, [top, bottom]] of recorded) {
    const [upper, lower] = drawn.get(x) ?? [Infinity, -Infinity];
    if (upper > top + 1 || lower < bottom - 1) return null;
  }
  const ends = spots.filter((batch) => batch[0]).map((batch) => columnEnds(batch.map(([x]) => x)));
  // What a sensor that goes on measured since its newest batch is in no proof yet.
  const until = live === undefined ? Infinity : Math.max(...recorded.keys());
  let [checked, total] = [0, 0];
  for (const [x, [upper, lower]] of drawn) {
    if (x > until) break;
    total++;
    const [top, bottom] = recorded.get(x) ?? [Infinity, -Infinity];
    if (upper >= top - 1 && lower <= bottom + 1) checked++;
    // Nor are late readings of such a sensor.
    else if (live === undefined && ends.some(([first, last]) => x > first && x < last)) return null;
  }
  return [checked, total];
};

const columnEnds = (xs) => [Math.min(...xs), Math.max(...xs)];
