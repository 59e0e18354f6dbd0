using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>A client's long-lived signing key: ECDSA on P-256 with SHA-256. Thread-safe.</summary>
public sealed class ClientIdentity : IDisposable
{
    private readonly ECDsa _key;

    private ClientIdentity(ECDsa key) => _key = key;

    /// <summary>A new key.</summary>
    public static ClientIdentity Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key out of PEM text (PKCS#8 or SEC 1, not encrypted).</summary>
    /// <exception cref="ArgumentException">No private key of P-256: the message says what it is.</exception>
    public static ClientIdentity FromPem(string pem) => throw new NotImplementedException();

    /// <summary>The public key as PEM text (SubjectPublicKeyInfo), for the others' lists.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Signs: 64 bytes, r and s.</summary>
    internal ImmutableArray<byte> Sign(ReadOnlySpan<byte> data) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
