extension RecordingLoader {
    /// The coded file of the recording at `node`, whose `audio` was opened as `opened`; nil if it has none.
    ///
    /// If the store does not say how long the source was, the stream may be the source file, and is left as it is.
    func codedFile(
        _ node: RecordingNode, _ codec: any RecordingCodec, _ audio: StoredAudio, _ opened: OpenedAudio
    ) -> (any CodedFile)? {
        guard codec.fileExtension != nil else { return nil }
        let sourceByteCount = node.attributes?.source.byteCount
        let stream = StoredStream(
            audio, hasTags: codec.streamHasTags, sourceByteCount: codec.keepsSourceFiles ? sourceByteCount : nil)
        if codec.keepsSourceFiles, stream.outline.isSource || sourceByteCount == nil { return stream }
        switch opened.codedForm {
        case .stored: return stream
        case .file(let file): return file
        case .none: return nil
        }
    }
}
