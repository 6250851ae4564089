import type { Bucket } from './installation.ts'

/** The keys under which the file speaks of a bucket: `objectStorage`, `buckets`, `run-logs`. */
export function bucketPlace({ role, name }: Pick<Bucket, 'role' | 'name'>): readonly string[] {
  return ['objectStorage', ...(role === undefined ? ['extraBuckets', name] : ['buckets', role])]
}
