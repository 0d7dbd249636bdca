import { describe, expect, test } from "vitest";
import { HOME, MAX_ZOOM, Projection } from "./view";

const size = { width: 1200, height: 600 };

describe("the window on the map", () => {
  test("at home it shows the map's whole width, and where a point lies leads back to the point", () => {
    const home = new Projection(HOME, size);
    expect(home.toPixel([-3, 0])).toEqual([0, 300]);
    expect(home.toPixel([3, 0])).toEqual([1200, 300]);
    expect(home.toPixel([0, 1])[1]).toBe(100); // a unit is as long upwards as sideways
    const zoomed = new Projection({ centre: [0.4, -1], zoom: 3 }, size);
    const [x, y] = zoomed.toPoint(zoomed.toPixel([1.25, -0.5]));
    expect(x).toBeCloseTo(1.25);
    expect(y).toBeCloseTo(-0.5);
  });

  test("zooming keeps what lies under the pointer, within limits", () => {
    const home = new Projection(HOME, size);
    const under = home.toPoint([900, 200]);
    const nearer = new Projection(home.zoomedAt([900, 200], 2), size);
    expect(nearer.view.zoom).toBe(2);
    nearer.toPixel(under).forEach((each, axis) => expect(each).toBeCloseTo([900, 200][axis]!));
    expect(home.zoomedAt([0, 0], 1e9).zoom).toBe(MAX_ZOOM);
  });

  test("panning moves the map with the hand", () => {
    const home = new Projection({ centre: [0, 0], zoom: 2 }, size);
    const point = home.toPoint([500, 250]);
    new Projection(home.pannedBy(40, -30), size).toPixel(point).forEach((each, axis) => expect(each).toBeCloseTo([540, 220][axis]!));
  });

  test("a point out of sight comes as far inside as is asked, one in sight moves nothing", () => {
    const near = new Projection({ centre: [0, 0], zoom: 4 }, size);
    expect(near.showing([0.2, 0.2])).toBe(near.view);
    const moved = near.showing([2, 1]);
    expect(new Projection(moved, size).toPixel([2, 1])[0]).toBeCloseTo(size.width - 96);
    expect(new Projection(moved, size).toPixel([2, 1])[1]).toBeCloseTo(96);
    expect(near.showing([2, 0]).centre[1]).toBe(0); // what is seen already does not move
  });

  test("its bounds are what is seen", () => {
    expect(new Projection(HOME, size).bounds).toEqual([-3, -1.5, 3, 1.5]);
  });
});
