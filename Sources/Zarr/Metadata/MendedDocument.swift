import FoundationEssentials
import Glibc
import Support

/// What the document of a node should be, judged by the one that a store has and the one that a copy of the store has.
public enum MendedDocument: Sendable {
    /// The store's own.
    case own
    /// That of the copy, whose bytes these are. Unless `isProved`, it has no checksum that is right.
    case copied([UInt8], isProved: Bool)
    /// Neither can be used, and why.
    case none(String)

    /// Bytes in which documents differ at most if one of them is the other after some damage, and nobody has edited it.
    private static let rottenByteCount = 16

    /// The document for the node at `path` of `store`, of which `copy` is a copy.
    ///
    /// One that does not have its checksum may be damaged, or may have been changed by another program. The copy's is taken if the
    /// store's cannot be read, or was the same when it was written; never if it is that of another time.
    public init(of path: String, in store: any Store, copy: any Store) {
        let own = Found(path, store)
        if own.isUsable {
            self = .own
            return
        }
        // One that a disk has lost is like one that is missing; whatever else stands in the way may pass.
        if let error = own.error, !error.isFailure(with: EIO) {
            self = .none("\(error)")
            return
        }
        let other = Found(path, copy)
        guard let bytes = other.bytes, other.isUsable else {
            self = .none(
                other.bytes == nil && other.error == nil
                    ? "the copy has none" : "that of the copy cannot be used either")
            return
        }
        guard own.couldHaveBeen(other) else {
            self = .none("that of the copy is of another time; without --from, --repair takes it as it is")
            return
        }
        self = .copied(bytes, isProved: other.verdict == .right)
    }

    /// A document as it was found.
    private struct Found {
        let bytes: [UInt8]?
        /// Why its bytes cannot be read.
        let error: StoreError?
        /// What its checksum says; nil if it cannot be decoded.
        let verdict: DocumentChecksum.Verdict?

        init(_ path: String, _ store: any Store) {
            do throws(StoreError) {
                let key = path.isEmpty ? "zarr.json" : "\(path)/zarr.json"
                bytes = try store.get(key, .whole(atMost: NodeDocument.maximumByteCount)).map { Array($0.bytes.bytes) }
                error = nil
            } catch {
                self.bytes = nil
                self.error = error
            }
            let document = try? NodeDocument(store, path: path)
            verdict = document.flatMap { document in
                guard (try? document.metadata()) != nil else { return nil }
                return try? document.checksumVerdict()
            }
        }

        var isUsable: Bool { verdict == .right || verdict == .absent }

        /// Whether it may have been `other` before it was damaged.
        func couldHaveBeen(_ other: Found) -> Bool {
            guard let bytes, let others = other.bytes else { return true }
            if bytes.count == others.count,
                zip(bytes, others).count(where: { $0 != $1 }) <= MendedDocument.rottenByteCount
            {
                return true
            }
            // As only this project writes it: another program that changes a document writes it in its own way.
            guard let digits = Self.digits(in: bytes) else { return verdict == nil }
            return digits == Self.digits(in: others)
        }

        private static func digits(in bytes: [UInt8]) -> [UInt8]? {
            let marker = Array("\"\(DocumentChecksum.attribute)\" : \"".utf8)
            return bytes.firstRange(of: marker).map { Array(bytes[$0.upperBound...].prefix(17)) }
        }
    }
}
