import { isMap } from '../values/json.ts'

type Values = { readonly [key: string]: unknown }

/** Converts the JSON of a state in format 1 to format 2, which renames three fields of a record. Any other value is returned unchanged. */
export function migrateState(value: unknown): unknown {
  if (!isMap(value) || value.format !== 1) return value
  return { ...value, format: 2, resources: isMap(value.resources) ? migrateRecords(value.resources) : value.resources }
}

function migrateRecords(resources: Values): Values {
  return Object.fromEntries(Object.entries(resources).map(([address, record]) => [address, isMap(record) ? migrateRecord(record) : record]))
}

function migrateRecord({ whenGone, vouched, ...record }: Values): Values {
  return {
    ...record,
    ...(whenGone !== undefined && { removalPolicy: isMap(whenGone) ? migratePolicy(whenGone) : whenGone }),
    ...(vouched !== undefined && { bookkeeping: vouched }),
  }
}

function migratePolicy({ makesWay, ...policy }: Values): Values {
  return { ...policy, ...(makesWay !== undefined && { removeFirst: makesWay }) }
}
