import Support

extension RecordingCheck {
    /// Compares `blob`, which a codec keeps as the source file byte for byte, with the SHA-256 of that file, and adds a fault if it
    /// is another. Returns whether it is the same; nil if the store does not have the SHA-256, or the blob cannot be read.
    mutating func compareWithSourceFile(_ blob: CodedBlob) -> Bool? {
        guard let expected = node.attributes?.source.sha256, let digest = MessageDigest(.sha256) else { return nil }
        do {
            try blob.forEachPiece(from: 0) { digest.update($0) }
        } catch {
            // The pass that looks for the frames says what cannot be read.
            return nil
        }
        guard digest.finish().hexadecimal != expected.lowercased() else {
            hasSourceSHA256 = true
            return true
        }
        add(finding(.fault, "the stream is not the source file: its SHA-256 is another"))
        return false
    }
}
