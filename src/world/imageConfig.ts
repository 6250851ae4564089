import { createHash } from 'node:crypto'
import { canonicalJson, isMap, type Json } from '../values/json.ts'

/** The part of an image's config that identifies the image. */
export type ImageConfig = {
  /** `os/architecture`. */
  readonly platform: string
  readonly diffIds: readonly string[]
  /**
   * SHA-256 over what stays the same when a tool converts the image from docker's format to OCI's or back: platform, layer
   * contents and how a container is started. Two images that share it run the same.
   */
  readonly content: string
}

// Fields that only docker knows (Healthcheck, OnBuild, Hostname, ...) get lost in a conversion, and no kubelet reads them.
const START_FIELDS = ['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal'] as const

/** Reads a parsed config; undefined when it is not the config of an image. Pure. */
export function readImageConfig(config: unknown): ImageConfig | undefined {
  if (!isMap(config) || typeof config.os !== 'string' || typeof config.architecture !== 'string' || !isMap(config.rootfs)) return undefined
  const { diff_ids: diffIds } = config.rootfs
  if (!isStringArray(diffIds)) return undefined
  const platform = `${config.os}/${config.architecture}`
  const content = canonicalJson({ platform, diffIds, startedWith: startConfig(config.config) })
  return { platform, diffIds, content: `sha256:${createHash('sha256').update(content).digest('hex')}` }
}

/** Some tools write null or an empty list where others omit the field. */
function startConfig(config: unknown): { readonly [field: string]: Json } {
  if (!isMap(config)) return {}
  return Object.fromEntries(START_FIELDS.flatMap((field) => (isEmpty(config[field]) ? [] : [[field, config[field] as Json]])))
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === undefined || value === null || value === '' || (isMap(value) && Object.keys(value).length === 0)
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
