using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Federated.Wire.Cluster;

/// <summary>How people write the address of a cluster node.</summary>
public static class SeedAddress
{
    /// <summary>Splits <c>host:port</c>; an IPv6 address stands in brackets, as in <c>[::1]:5601</c>, and keeps them.</summary>
    /// <returns>False when it is not that, or the port is not from 1 to 65535.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? host, out int port)
    {
        (host, port) = (null, 0);
        var colon = text.LastIndexOf(':');
        if (colon < 1) return false;
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue) return false;
        var name = text[..colon];
        var isBracketed = name is ['[', .., ']'];
        if ((!isBracketed && name.Contains(':')) || name.Any(c => char.IsWhiteSpace(c) || c is '/' or '@')) return false;
        host = name;
        return true;
    }
}
