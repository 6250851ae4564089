import type { Repository } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import { readImageConfig } from '../imageConfig.ts'
import type { LiveImage } from '../ports/registry.ts'
import type { RegistryHost } from './host.ts'
import { ACCEPT, digestOf, type Manifest, parseJson, readManifest } from './manifest.ts'
import { digestMismatch, errorCode, refusedProblem, unreadableManifest } from './registryProblems.ts'
import type { Reply } from './transport.ts'

type FetchedManifest = { readonly manifest: Exclude<Manifest, { is: 'unreadable' }>; readonly digest: string }

/** Reads a tag; of an index, the image for `platform`. Absent only by the registry's own error code. */
export async function readImage(host: RegistryHost, { path }: Repository, tag: string, platform: string): Promise<ReadResult<LiveImage>> {
  try {
    const fetched = await fetchManifest(host, path, tag)
    if (typeof fetched === 'string') return absent(fetched)
    const { manifest, digest } = fetched
    const digests =
      manifest.is === 'image'
        ? { imageDigest: digest, configDigest: manifest.configDigest }
        : await platformImage(host, path, manifest.children, platform)
    return present({ manifestDigest: digest, mediaType: manifest.mediaType, ...digests })
  } catch (error) {
    return asUnknown(error)
  }
}

/** See the port. */
export async function readContent(host: RegistryHost, { path }: Repository, configDigest: string): Promise<ReadResult<string>> {
  try {
    const url = `/v2/${path}/blobs/${configDigest}`
    const reply = await host.request({ method: 'GET', path: url, repository: path, access: 'pull' })
    if (reply.status === 404 && errorCode(reply) !== undefined) return absent(errorCode(reply) as string)
    if (reply.status !== 200) throw new ProblemError(refusedProblem(host, `read ${path}`, reply))
    const served = digestOf(reply.body)
    if (served !== configDigest) throw new ProblemError(digestMismatch(host.host, `requested: ${configDigest}\nserved:    ${served}`))
    const config = readImageConfig(parseJson(reply.body))
    return config === undefined ? absent('The blob is not the config of an image.') : present(config.content)
  } catch (error) {
    return asUnknown(error)
  }
}

function asUnknown<T>(error: unknown): ReadResult<T> {
  if (error instanceof ProblemError && error.problems[0]) return unknown(error.problems[0])
  throw error
}

type ImageDigests = Pick<LiveImage, 'imageDigest' | 'configDigest'>
type Index = Extract<Manifest, { is: 'index' }>

/** An index without this platform is present but has no matching image: it differs from every archived image. */
async function platformImage(host: RegistryHost, path: string, children: Index['children'], platform: string): Promise<ImageDigests> {
  const child = children.find((candidate) => candidate.platform === platform)
  if (child === undefined) return { configDigest: `none for ${platform}` }
  const fetched = await fetchManifest(host, path, child.digest)
  if (typeof fetched !== 'string' && fetched.manifest.is === 'image')
    return { imageDigest: child.digest, configDigest: fetched.manifest.configDigest }
  throw new ProblemError(unreadableManifest(host.host, `The index names ${child.digest} for ${platform}, which is not an image.`))
}

/** The manifest, or the error code that proves its absence. Its digest is computed and compared with the registry's. */
async function fetchManifest(host: RegistryHost, path: string, reference: string): Promise<FetchedManifest | string> {
  const reply = await host.request({
    method: 'GET',
    path: `/v2/${path}/manifests/${reference}`,
    repository: path,
    access: 'pull',
    headers: { accept: ACCEPT },
  })
  const proof = absenceCode(reply)
  if (proof !== undefined) return proof
  if (reply.status !== 200) throw new ProblemError(refusedProblem(host, `read ${path}`, reply))
  const digest = digestOf(reply.body)
  for (const claimed of [reply.headers['docker-content-digest'], reference.startsWith('sha256:') ? reference : undefined])
    if (typeof claimed === 'string' && claimed.startsWith('sha256:') && claimed !== digest)
      throw new ProblemError(digestMismatch(host.host, `claimed: ${claimed}\nserved:  ${digest}`))
  const manifest = readManifest(reply.body, reply.headers['content-type'])
  if (manifest.is === 'unreadable') throw new ProblemError(unreadableManifest(host.host, manifest.detail))
  return { manifest, digest }
}

/** A bare 404 may come from any server; only a registry returns these codes. */
export function absenceCode(reply: Reply): string | undefined {
  const code = reply.status === 404 ? errorCode(reply) : undefined
  return code === 'MANIFEST_UNKNOWN' || code === 'NAME_UNKNOWN' ? code : undefined
}
