using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Parameters;

/// <summary>The name of a parameter vector by its content.</summary>
public static class ParameterHash
{
    /// <summary>SHA-256 over the values as little-endian float32, lower-case hex (64 characters).</summary>
    public static string Of(ReadOnlySpan<float> values)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Parameters are hashed in memory order, which must be little-endian.");
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));
    }
}
