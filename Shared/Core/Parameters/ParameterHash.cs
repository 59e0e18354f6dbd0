using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Parameters;

/// <summary>The name of a parameter vector by its content.</summary>
public static class ParameterHash
{
    private const int Slice = 1 << 24;

    /// <summary>SHA-256 over the values as little-endian float32, lower-case hex (64 characters).</summary>
    public static string Of(ReadOnlySpan<float> values)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Parameters are hashed in memory order, which must be little-endian.");
        // In slices, because a span of bytes ends at 2 GiB and a model need not.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (; values.Length > Slice; values = values[Slice..]) hash.AppendData(MemoryMarshal.AsBytes(values[..Slice]));
        hash.AppendData(MemoryMarshal.AsBytes(values));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
