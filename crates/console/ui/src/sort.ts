// Sorting rows by a column, and back.

export type Cell = string | number | undefined;

export interface Order {
  column: number;
  descending: boolean;
}

/** A new array; what is unknown comes last either way, and equals stay in their order. */
export function sorted<T>(rows: readonly T[], cell: (row: T, column: number) => Cell, order: Order): T[] {
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [cell(a, order.column), cell(b, order.column)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y));
  });
}

/** The same column again turns the order round. */
export function turned(order: Order, column: number): Order {
  return { column, descending: order.column === column ? !order.descending : false };
}
