import { createHash } from 'node:crypto'
import { canonicalJson, isMap, type Json } from '../values/json.ts'

/** What an image's config says of its identity. */
export type ImageConfig = {
  /** `os/architecture`. */
  readonly platform: string
  readonly diffIds: readonly string[]
  /**
   * SHA-256 over what stays the same when a tool rewrites the image from docker's form to OCI's or back: platform, layer
   * contents and what a container is started with. Two images that share it run the same.
   */
  readonly content: string
}

// What docker alone knows (Healthcheck, OnBuild, Hostname, ...) gets lost in a conversion, and no kubelet reads it.
const STARTED_WITH = ['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal'] as const

/** Reads a parsed config; undefined when it is none. Pure. */
export function readImageConfig(config: unknown): ImageConfig | undefined {
  if (!isMap(config) || typeof config.os !== 'string' || typeof config.architecture !== 'string' || !isMap(config.rootfs)) return undefined
  const { diff_ids: diffIds } = config.rootfs
  if (!isTexts(diffIds)) return undefined
  const platform = `${config.os}/${config.architecture}`
  const content = canonicalJson({ platform, diffIds, startedWith: startedWith(config.config) })
  return { platform, diffIds, content: `sha256:${createHash('sha256').update(content).digest('hex')}` }
}

/** One tool writes null or an empty list where another writes nothing. */
function startedWith(config: unknown): { readonly [field: string]: Json } {
  if (!isMap(config)) return {}
  return Object.fromEntries(STARTED_WITH.flatMap((field) => (isEmpty(config[field]) ? [] : [[field, config[field] as Json]])))
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === undefined || value === null || value === '' || (isMap(value) && Object.keys(value).length === 0)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
