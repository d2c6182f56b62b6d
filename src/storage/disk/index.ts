export { createDiskStorage, type DiskStorage, type DiskStorageOptions } from './disk-storage.ts';
export { createPeerFile } from './peer-file.ts';
export {
  StorageError,
  type StorageErrorCode,
  StorageLockedError,
  StorageUnreadableError,
  StorageUnwritableError,
} from './storage-errors.ts';
