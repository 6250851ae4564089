import type { Repository } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import { readImageConfig } from '../imageConfig.ts'
import type { LiveImage } from '../ports/registry.ts'
import type { RegistryHost } from './host.ts'
import { ACCEPT, digestOf, type Manifest, parse, readManifest } from './manifest.ts'
import { errorCode, lies, refused, unreadableManifest } from './registryProblems.ts'
import type { Reply } from './transport.ts'

type Fetched = { readonly manifest: Exclude<Manifest, { is: 'unreadable' }>; readonly digest: string }

/** What a tag is; of an index, the image for `platform`. Absent only by the registry's own word for it. */
export async function readImage(host: RegistryHost, { path }: Repository, tag: string, platform: string): Promise<ReadResult<LiveImage>> {
  try {
    const top = await fetchManifest(host, path, tag)
    if (typeof top === 'string') return absent(top)
    const { manifest, digest } = top
    const own =
      manifest.is === 'image'
        ? { imageDigest: digest, configDigest: manifest.configDigest }
        : await childFor(host, path, manifest.children, platform)
    return present({ manifestDigest: digest, mediaType: manifest.mediaType, ...own })
  } catch (error) {
    return unknownBy(error)
  }
}

/** See the port. */
export async function readContent(host: RegistryHost, { path }: Repository, configDigest: string): Promise<ReadResult<string>> {
  try {
    const url = `/v2/${path}/blobs/${configDigest}`
    const reply = await host.ask({ method: 'GET', path: url, repository: path, right: 'pull' })
    if (reply.status === 404 && errorCode(reply) !== undefined) return absent(errorCode(reply) as string)
    if (reply.status !== 200) throw new ProblemError(refused(host, `read ${path}`, reply))
    const served = digestOf(reply.body)
    if (served !== configDigest) throw new ProblemError(lies(host.host, `asked for: ${configDigest}\nserved:    ${served}`))
    const config = readImageConfig(parse(reply.body))
    return config === undefined ? absent('It is no config of an image.') : present(config.content)
  } catch (error) {
    return unknownBy(error)
  }
}

function unknownBy<T>(error: unknown): ReadResult<T> {
  if (error instanceof ProblemError && error.problems[0]) return unknown(error.problems[0])
  throw error
}

type Own = Pick<LiveImage, 'imageDigest' | 'configDigest'>
type Index = Extract<Manifest, { is: 'index' }>

/** An index without our platform is an image all the same, only not ours: it differs from every archived one. */
async function childFor(host: RegistryHost, path: string, children: Index['children'], platform: string): Promise<Own> {
  const child = children.find((one) => one.platform === platform)
  if (child === undefined) return { configDigest: `none for ${platform}` }
  const fetched = await fetchManifest(host, path, child.digest)
  if (typeof fetched !== 'string' && fetched.manifest.is === 'image')
    return { imageDigest: child.digest, configDigest: fetched.manifest.configDigest }
  throw new ProblemError(unreadableManifest(host.host, `The index names ${child.digest} for ${platform}, but that is no image.`))
}

/** The manifest, or the registry's word for its absence. Its digest is computed, and must be the one the registry claims. */
async function fetchManifest(host: RegistryHost, path: string, reference: string): Promise<Fetched | string> {
  const reply = await host.ask({
    method: 'GET',
    path: `/v2/${path}/manifests/${reference}`,
    repository: path,
    right: 'pull',
    headers: { accept: ACCEPT },
  })
  const proof = absence(reply)
  if (proof !== undefined) return proof
  if (reply.status !== 200) throw new ProblemError(refused(host, `read ${path}`, reply))
  const digest = digestOf(reply.body)
  for (const claimed of [reply.headers['docker-content-digest'], reference.startsWith('sha256:') ? reference : undefined])
    if (typeof claimed === 'string' && claimed.startsWith('sha256:') && claimed !== digest)
      throw new ProblemError(lies(host.host, `claimed: ${claimed}\nserved:  ${digest}`))
  const manifest = readManifest(reply.body, reply.headers['content-type'])
  if (manifest.is === 'unreadable') throw new ProblemError(unreadableManifest(host.host, manifest.detail))
  return { manifest, digest }
}

/** A bare 404 may come from any server; only a registry says these words. */
export function absence(reply: Reply): string | undefined {
  const code = reply.status === 404 ? errorCode(reply) : undefined
  return code === 'MANIFEST_UNKNOWN' || code === 'NAME_UNKNOWN' ? code : undefined
}
