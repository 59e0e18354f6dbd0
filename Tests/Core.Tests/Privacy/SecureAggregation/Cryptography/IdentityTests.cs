using System.Security.Cryptography;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Cryptography;

public sealed class IdentityTests
{
    [Fact]
    public void Signature_is_checked_against_the_own_list()
    {
        using var ann = ClientIdentity.Create();
        using var mallory = ClientIdentity.Create();
        using var peers = new PeerIdentities(new Dictionary<string, string> { ["ann"] = ann.PublicPem });
        byte[] statement = [1, 2, 3];
        var signature = ann.Sign(statement);

        Assert.Null(peers.Verify("ann", statement, signature.AsSpan()));
        Assert.Equal(MaskingRefusal.BadSignature, peers.Verify("ann", [1, 2, 4], signature.AsSpan())?.Reason);
        Assert.Equal(MaskingRefusal.BadSignature, peers.Verify("ann", statement, mallory.Sign(statement).AsSpan())?.Reason);
        Assert.Equal(MaskingRefusal.BadSignature, peers.Verify("ann", statement, signature.AsSpan()[1..])?.Reason);
        Assert.Equal(MaskingRefusal.BadSignature, peers.Verify("ann", statement, [])?.Reason);
        Assert.Equal(MaskingRefusal.UnknownIdentity, peers.Verify("mallory", statement, mallory.Sign(statement).AsSpan())?.Reason);
        Assert.True(peers.Knows("ann") && !peers.Knows("mallory"));
    }

    [Fact]
    public void Identity_is_read_back_from_its_file()
    {
        using var identity = ClientIdentity.Create();
        using var again = ClientIdentity.FromPem(identity.PrivatePem);
        Assert.Equal(identity.PublicPem, again.PublicPem);
    }

    [Fact]
    public void What_is_no_key_of_the_curve_is_refused_with_a_remedy()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var good = ClientIdentity.Create();
        foreach (var pem in new[] { "", "no key", other.ExportPkcs8PrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(), good.PublicPem })
            Assert.Contains("openssl ecparam -name prime256v1", Assert.Throws<ArgumentException>(() => ClientIdentity.FromPem(pem)).Message);
        foreach (var pem in new[] { "", "no key", other.ExportSubjectPublicKeyInfoPem(), rsa.ExportSubjectPublicKeyInfoPem() })
            Assert.Contains("'ann'", Assert.Throws<ArgumentException>(() => new PeerIdentities(new Dictionary<string, string> { ["ann"] = pem })).Message);
    }

    [Fact]
    public void Two_clients_cannot_have_one_key()
    {
        using var ann = ClientIdentity.Create();
        var message = Assert.Throws<ArgumentException>(() => new PeerIdentities(new Dictionary<string, string> { ["ann"] = ann.PublicPem, ["bob"] = ann.PublicPem })).Message;
        Assert.Contains("'ann' and 'bob'", message);
    }
}
