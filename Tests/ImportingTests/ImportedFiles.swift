import Foundation
import Recordings
import Support
import Synchronization
import Zarr

/// The files of a store that something was imported into.
enum ImportedFiles {
    /// What a deep check, or a repair, says of the store in `directory`.
    static func findings(_ directory: URL, isRepairing: Bool = false, from copy: URL? = nil) throws -> [Finding] {
        var options = StoreCheck.Options()
        options.isRepairing = isRepairing
        options.isDeep = true
        let check = try StoreCheck(
            DirectoryStore(path: directory.path), root: "", copy: copy.map { try DirectoryStore(path: $0.path) },
            options: options, cache: BlockCache(budget: 16 << 20))
        let findings = Mutex<[Finding]>([])
        _ = check.run { _ in
        } report: { finding in
            findings.withLock { $0.append(finding) }
        }
        return findings.withLock { $0 }
    }

    /// The files below `directory`, but for documents if `documents` is false, and nothing but them if it is true.
    static func all(below directory: URL, documents: Bool) throws -> [URL] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
        return names.map { directory.appending(path: $0) }.filter {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder)
            return !isFolder.boolValue && ($0.lastPathComponent == "zarr.json") == documents
        }
    }
}
