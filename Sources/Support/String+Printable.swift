extension String {
    /// The text on one line, with line breaks and other control characters escaped: for text that may quote a store, or a name.
    public var escapingControlCharacters: String {
        let text = displayedName
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return
            text.unicodeScalars
            .map { $0.properties.generalCategory == .control ? $0.escaped(asASCII: true) : String($0) }
            .joined()
    }
}
