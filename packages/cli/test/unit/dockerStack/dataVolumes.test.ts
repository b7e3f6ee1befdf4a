import { expect, test } from "vitest";

import { recoveredAt, volumeOfRecovery, withoutMoment } from "../../../src/dockerStack/dataVolumes";

const now = new Date("2026-11-30T05:23:08.900Z");

test.each(["shop-data", "shop-data-20261129-010203"])(
  "a recovery beside %s has a volume of the same name with its own moment",
  (data) => {
    const volume = volumeOfRecovery(data, now);
    expect(volume).toBe("shop-data-20261130-052308");
    expect(withoutMoment(volume)).toBe("shop-data");
    expect(recoveredAt(volume)).toBe("2026-11-30 05:23:08 UTC");
  },
);

test.each(["shop-data", "shop-data-20261130", "shop-20261130-052308-data"])(
  "no recovery has made %s",
  (volume) => {
    expect(recoveredAt(volume)).toBeUndefined();
    expect(withoutMoment(volume)).toBe(volume);
  },
);
