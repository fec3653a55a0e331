import S3
import Support

/// The right to write what lies at a place of the hierarchy, as an object that others see.
///
/// A service that honours `If-None-Match` lets one writer put it. Elsewhere, each writer puts an object of its own and then looks who else has: of
/// several that find each other, those give way whose names are not the first. Each looks only when its own object is listed, so that of two at least
/// the one that is listed last finds the other.
struct S3Claim: Sendable {
    /// Where all claims are.
    static let folder = ".zarrwlr-claims"
    private static let word = "claim"
    /// How often it is looked whether others give way.
    private static let lookCount = 5

    /// The place.
    let place: String
    private let key: String
    private let tag: String
    /// When it was not put yet, if it is this process's.
    private let began: ContinuousClock.Instant

    /// Takes `place` for `writer`; nil if another has it.
    static func take(_ place: String, by writer: S3Writer) throws(StoreError) -> S3Claim? {
        let (start, name) = ("\(folder)/\(place)/\(word)", writer.newName())
        let bytes = Array(name.utf8)
        let began = ContinuousClock.now
        if writer.honoursConditions {
            if let tag = try writer.folder.putNew(start, bytes) {
                return S3Claim(place: place, key: start, tag: tag, began: began)
            }
            // It may be this one, if the answer was lost.
            guard try writer.folder.bytes(of: start) == bytes, let tag = try writer.folder.tag(of: start) else {
                return nil
            }
            return S3Claim(place: place, key: start, tag: tag, began: began)
        }
        let key = "\(start)-\(name)"
        let claim = S3Claim(place: place, key: key, tag: try writer.putListed(key, bytes), began: began)
        for look in 1...lookCount {
            let others = try writer.folder.names(startingWith: "\(start)-").filter { $0 != name }
            if others.isEmpty { return claim }
            if others.contains(where: { $0 < name }) { break }
            guard Pause.take(milliseconds: 100 * look) else { break }
        }
        try claim.release(in: writer.folder)
        return nil
    }

    /// Whether it is certain, without a look, that nobody has taken it over: nobody could take `writer`, whose claim it is, for dead meanwhile.
    func isSafe(of writer: S3Writer) -> Bool { writer.wasAlive(since: began) }

    /// Whether it is still there.
    func isHeld(in folder: S3Folder) throws(StoreError) -> Bool {
        guard let found = try folder.tag(of: key) else { return false }
        return tag.isEmpty || found.isEmpty || found == tag
    }

    /// Gives the place up.
    func release(in folder: S3Folder) throws(StoreError) {
        try folder.remove([key])
    }

    /// Gives the places of `claims` up.
    static func release(_ claims: [S3Claim], in folder: S3Folder) throws(StoreError) {
        try folder.remove(claims.map(\.key))
    }

    /// Claims that are in `folder`, and who has them.
    static func all(in folder: S3Folder) throws(StoreError) -> [(claim: S3Claim, writer: String)] {
        var claims: [(claim: S3Claim, writer: String)] = []
        for object in try folder.contents("\(Self.folder)/", for: Self.folder).objects {
            let parts = object.key.split(separator: "/").dropFirst()
            guard let last = parts.last, parts.count > 1 else { continue }
            let claim = S3Claim(
                place: parts.dropLast().joined(separator: "/"), key: object.key, tag: object.entityTag, began: .now)
            if last == word {
                guard let bytes = try folder.bytes(of: object.key) else { continue }
                claims.append((claim, S3Writer.identifier(of: String(decoding: bytes, as: UTF8.self))))
            } else if last.hasPrefix("\(word)-") {
                claims.append((claim, S3Writer.identifier(of: last.dropFirst(word.count + 1))))
            }
        }
        return claims
    }

    /// The same claim, of somebody who removes what it is about: whoever had it finds that it is not held any more.
    func takenOver(by writer: S3Writer) throws(StoreError) -> S3Claim {
        let began = ContinuousClock.now
        let tag = try writer.folder.put(key, Array(writer.newName().utf8))
        return S3Claim(place: place, key: key, tag: tag, began: began)
    }
}
