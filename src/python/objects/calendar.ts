/** Which day is the n-th from 1970 on, and the other way round? By the calendar of today, in any year. Pure. */

export interface Day {
  readonly year: bigint;
  readonly month: number;
  readonly day: number;
}

/** The day `days` days after 1 January 1970. */
export function dayAt(days: bigint): Day {
  // From 1 March of the year 0 on, so that the leap day is the last of a year.
  const shifted = days + 719_468n;
  const era = floorDivide(shifted, 146_097n);
  const ofEra = Number(shifted - era * 146_097n);
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = BigInt(yearOfEra) + era * 400n + (month <= 2 ? 1n : 0n);
  return { year, month, day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

/** Days from 1 January 1970 to that day. */
export function daysTo({ year, month, day }: Day): bigint {
  const y = month <= 2 ? year - 1n : year;
  const era = floorDivide(y, 400n);
  const ofEra = y - era * 400n;
  const ofYear = BigInt(Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1);
  return era * 146_097n + ofEra * 365n + ofEra / 4n - ofEra / 100n + ofYear - 719_468n;
}

export function floorDivide(a: bigint, b: bigint): bigint {
  return a >= 0n ? a / b : -((-a + b - 1n) / b);
}
