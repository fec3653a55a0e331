extension BinaryInteger {
    /// The number in decimal, with zeros before it up to a length of `width`.
    public func padded(to width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
