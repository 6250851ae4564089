import { type JsonPointer, pointer, segments } from '../../../../values/json.ts'

/** The release's fact that holds its objects, each under its key. */
export const OBJECTS: JsonPointer = '/objects'

/** The pointer of an object's field among the release's facts: `/objects/apps~1Deployment~1spacelift-server/spec/replicas`. */
export function objectPointer(object: string, ...path: readonly string[]): JsonPointer {
  return `${OBJECTS}${pointer(object, ...path)}`
}

/** An object and the path within it; undefined for the release's own fields. */
export function splitObjectPointer(field: JsonPointer): { readonly object: string; readonly path: readonly string[] } | undefined {
  if (!field.startsWith(`${OBJECTS}/`)) return undefined
  const [, object = '', ...path] = segments(field)
  return { object, path }
}
