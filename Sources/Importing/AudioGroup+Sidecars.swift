public import Recordings
import Support
import Zarr

extension AudioGroup {
    /// A file that lies beside sources.
    public struct Sidecar: Sendable {
        /// Where it is.
        public let path: String
        /// Its path below the folder that is imported into the group.
        public let relativePath: String

        /// The file at `path`.
        public init(path: String, relativePath: String) {
            self.path = path
            self.relativePath = relativePath
        }
    }

    /// What became of a file that lies beside sources.
    public enum SidecarOutcome: Sendable {
        /// It is kept now.
        case kept
        /// The group had it before.
        case alreadyThere
        /// It could not be read or written.
        case failed(ImportError)
    }

    /// Keeps `sidecars` with the group, byte for byte, and returns what became of each. Those that can be read are kept all or none.
    public func keep(_ sidecars: [Sidecar]) -> [SidecarOutcome] {
        let problems = sidecars.compactMap { sidecar -> ImportError? in
            do throws(ImportError) {
                _ = try SourceFile(path: sidecar.path)
                return nil
            } catch {
                return error
            }
        }
        // The group is not made in vain.
        guard problems.count < sidecars.count else { return problems.map { .failed($0) } }
        do {
            try make()
            return try store.withLock(on: path) { () throws(StoreError) in
                Result { () throws(ImportError) in try keepLocked(sidecars) }
            }.get()
        } catch {
            let problem = ImportError(wrapping: error)
            return sidecars.map { _ in .failed(problem) }
        }
    }

    private func keepLocked(_ sidecars: [Sidecar]) throws(ImportError) -> [SidecarOutcome] {
        struct Known: Hashable {
            let path: String
            let sha256: String
        }
        do {
            var known = Set(
                try SidecarArray.all(in: path, of: store).flatMap(\.files).map {
                    Known(path: $0.path, sha256: $0.sha256)
                })
            var new: [(path: String, bytes: [UInt8])] = []
            var outcomes: [SidecarOutcome] = []
            for sidecar in sidecars {
                do {
                    let file = try SourceFile(path: sidecar.path)
                    let entry = Known(path: sidecar.relativePath, sha256: try file.sha256())
                    guard known.insert(entry).inserted else {
                        outcomes.append(.alreadyThere)
                        continue
                    }
                    new.append((sidecar.relativePath, try file.bytes(0..<file.byteCount)))
                    outcomes.append(.kept)
                } catch {
                    outcomes.append(.failed(ImportError(wrapping: error)))
                }
            }
            if !new.isEmpty { try SidecarArray.write(new, to: path, of: store) }
            return outcomes
        } catch {
            throw ImportError(wrapping: error)
        }
    }
}
