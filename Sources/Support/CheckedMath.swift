/// Arithmetic that returns nil instead of trapping, for every number that comes from a store, a file or a command line.
extension FixedWidthInteger {
    /// `self + other`, or nil if the sum does not fit the type.
    @inlinable
    public func adding(_ other: Self) -> Self? {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? nil : sum
    }

    /// `self - other`, or nil if the difference does not fit the type.
    @inlinable
    public func subtracting(_ other: Self) -> Self? {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? nil : difference
    }

    /// `self * other`, or nil if the product does not fit the type.
    @inlinable
    public func multiplied(by other: Self) -> Self? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }

    /// `self / divisor` rounded up, or nil if `divisor` is not positive, `self` is negative, or the result does not fit the type.
    @inlinable
    public func dividedRoundingUp(by divisor: Self) -> Self? {
        guard divisor > 0, self >= 0 else { return nil }
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder == 0 ? quotient : quotient.adding(1)
    }
}
