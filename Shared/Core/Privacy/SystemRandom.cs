using System.Security.Cryptography;

namespace Federated.Core.Privacy;

/// <summary>The operating system's cryptographic source.</summary>
public sealed class SystemRandom : ISecureRandom
{
    /// <summary>The one.</summary>
    public static readonly SystemRandom Instance = new();

    private SystemRandom()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
