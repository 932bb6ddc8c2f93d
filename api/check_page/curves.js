// Whether a drawn curve shows the readings that were checked: it is laid out anew and compared.

// Of the drawing, as api/present/curve_svg.py has them.
const [LEFT, RIGHT, TOP, UNDER] = [96, 18, 54, 66];

// As Python rounds: halves to the even neighbour.
const rounded = (number) => {
  const up = Math.round(number);
  return up - number === 0.5 && up % 2 ? up - 1 : up;
};

// By column, the highest and the lowest spot.
const columnsOf = (spots) => {
  const [tops, bottoms] = [new Map(), new Map()];
  for (const [x, y] of spots) {
    if (!(tops.get(x) <= y)) tops.set(x, y);
    if (!(bottoms.get(x) >= y)) bottoms.set(x, y);
  }
  return { tops, bottoms };
};

// A run begins with a spot; from there on only steps are written.
const drawnBy = (path) => {
  const spots = [];
  for (const run of path.split("M").slice(1)) {
    const numbers = run.match(/-?\d+/g);
    let [x, y] = [0, 0];
    for (let i = 0; i < numbers.length; i += 2) spots.push([(x += +numbers[i]), (y += +numbers[i + 1])]);
  }
  return spots;
};

const layout = (svg) => {
  const { factor, decimals, grain, from, to, lowest, highest, least, most } = svg.dataset;
  const { width, height } = svg.viewBox.baseVal;
  const across = (width - LEFT - RIGHT) / (to - from || 1);
  const up = (height - UNDER - TOP) / (highest - lowest || 1);
  return {
    ofPage: ([at, steps]) => [at, steps / 10 ** decimals],
    // What no such sensor can measure is left out of the drawing, and said beside it.
    isDrawn: ([at, value]) => at >= from && at <= to && !(value / factor < least) && !(value / factor > most),
    spotOf: ([at, value]) => [
      LEFT + rounded(((at - from) * across) / grain) * grain,
      rounded(height - UNDER - (value - lowest) * up),
    ],
  };
};

// How many of the drawn columns are checked, of how many; null if a reading is hidden, or one shown that never was.
// `batches` are what the checked ones of its device measured of its metric: pairs of milliseconds and whole steps.
export const checkCurve = (svg, batches) => {
  const { live } = svg.dataset;
  const { ofPage, isDrawn, spotOf } = layout(svg);
  const spots = batches.map((values) => values.map(ofPage).filter(isDrawn).map(spotOf));
  const recorded = columnsOf(spots.flat());
  const drawn = columnsOf(drawnBy(svg.querySelector(".line").getAttribute("d")));
  // One unit up or down: values are rounded before they are drawn.
  for (const [x, top] of recorded.tops)
    if (!(drawn.tops.get(x) <= top + 1 && drawn.bottoms.get(x) >= recorded.bottoms.get(x) - 1)) return null;
  const ends = spots.filter((batch) => batch[0]).map((batch) => columnEnds(batch.map(([x]) => x)));
  // What a sensor that goes on measured since its newest batch is in no proof yet.
  const until = live === undefined ? Infinity : Math.max(...ends.flat());
  let [checked, total] = [0, 0];
  for (const [x, top] of drawn.tops) {
    if (x > until) continue;
    total++;
    if (top >= recorded.tops.get(x) - 1 && drawn.bottoms.get(x) <= recorded.bottoms.get(x) + 1) checked++;
    // Nor are late readings of such a sensor.
    else if (live === undefined && ends.some(([first, last]) => x > first && x < last)) return null;
  }
  return [checked, total];
};

const columnEnds = (xs) => [Math.min(...xs), Math.max(...xs)];
