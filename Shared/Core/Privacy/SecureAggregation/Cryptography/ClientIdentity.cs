using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>A client's long-lived signing key: ECDSA on P-256 with SHA-256. Signatures are made one at a time; thread-safe.</summary>
public sealed class ClientIdentity : IDisposable
{
    /// <summary>Bytes of a signature: r and s, 32 each (IEEE P1363).</summary>
    public const int SignatureLength = 64;

    private readonly ECDsa _key;
    private readonly Lock _gate = new();

    private ClientIdentity(ECDsa key) => _key = key;

    /// <summary>The public key as PEM text (SubjectPublicKeyInfo), for the others' lists.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The private key as PEM text (PKCS#8), for this client's own file.</summary>
    public string PrivatePem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>A new key.</summary>
    public static ClientIdentity Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key out of PEM text (PKCS#8 or SEC 1, not encrypted).</summary>
    /// <exception cref="ArgumentException">No private key of P-256: the message says what to do.</exception>
    public static ClientIdentity FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var parameters = key.ExportParameters(includePrivateParameters: true);
            CryptographicOperations.ZeroMemory(parameters.D);
            if (PeerIdentities.IsP256(parameters)) return new(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException("The identity is no private key in PEM form; make one with 'openssl ecparam -name prime256v1 -genkey -noout'.", nameof(pem), e);
        }
        key.Dispose();
        throw new ArgumentException("The identity is a key of another curve than P-256; make one with 'openssl ecparam -name prime256v1 -genkey -noout'.", nameof(pem));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    internal ImmutableArray<byte> Sign(ReadOnlySpan<byte> data)
    {
        lock (_gate) return ImmutableCollectionsMarshal.AsImmutableArray(_key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }
}
