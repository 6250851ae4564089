/** What tests, demos and benchmarks use of the lab. */
export type { ServerStatus } from './control.ts'
export { findLab, Lab, LabServer } from './lab.ts'
export type { AuditEvent } from './requests/kubernetes.ts'
export type { MinioTrace } from './requests/minio.ts'
export type { Recorded } from './requests/recording.ts'
export { type SeenRequest, writes } from './requests/seen.ts'
export { type StartOptions, startLab } from './start.ts'
