using System.Security.Cryptography;
using Federated.Core.Jobs;
using Federated.Engine;
using Federated.Worker.SecureAggregation;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.SecureAggregation;

/// <summary>Key files of a worker with clients of its own.</summary>
public sealed class MaskingIdentitiesTests : IDisposable
{
    private static readonly JobSpec Job = new() { Privacy = new() { SecureAggregation = new() { Enabled = true, RequireIdentities = true } } };
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _errors = [];

    public MaskingIdentitiesTests() => Directory.CreateDirectory(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_key_is_that_of_the_one_client_and_peers_are_files_of_their_names()
    {
        var (key, peers) = (Private("own.pem"), Folder("peers", "ward 1/a", "b"));
        Public(Path.Combine(peers, MaskingIdentities.FileOf("ward 1/a")), key);
        using var read = MaskingIdentities.Read(["ward 1/a"], key, peers, _errors);
        Assert.Empty(_errors);
        read.Check(Job, ["ward 1/a"]);
        Assert.Equal(["ward 1/a"], read.Own.Keys);
        Assert.True(read.Peers!.Knows("b"));
    }

    [Fact]
    public void Several_clients_have_a_folder_of_keys()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "keys")).FullName;
        foreach (var name in new[] { "a", "b" }) Private(Path.Combine("keys", name + ".pem"));
        using var read = MaskingIdentities.Read(["a", "b"], folder, Folder("peers", "a", "b"), _errors);
        Assert.Empty(_errors);
        read.Check(Job, ["a", "b"]);
    }

    [Fact]
    public void What_is_missing_or_no_key_is_one_sentence_each()
    {
        var file = Path.Combine(_folder.Path, "text.pem");
        File.WriteAllText(file, "no key");
        MaskingIdentities.Read(["a"], file, Path.Combine(_folder.Path, "none"), _errors).Dispose();
        Assert.Collection(_errors,
            error => Assert.StartsWith($"identity has '{file}', which cannot be used: ", error, StringComparison.Ordinal),
            error => Assert.StartsWith("peers is ", error, StringComparison.Ordinal));
        _errors.Clear();
        MaskingIdentities.Read([], Private("own.pem"), peers: null, _errors).Dispose();
        Assert.Equal("identity needs clients, whose key it is: name them.", Assert.Single(_errors));
    }

    [Theory]
    [InlineData(false, false, "--peers")]
    [InlineData(false, true, "--identity")]
    [InlineData(true, true, "is not in this worker's own list")]
    public void A_job_that_asks_for_signatures_fails_where_a_key_is_missing(bool own, bool peers, string why)
    {
        using var read = MaskingIdentities.Read(["a"], own ? Private("own.pem") : null, peers ? Folder("peers", "b") : null, _errors);
        Assert.Empty(_errors);
        Assert.Contains(why, Assert.Throws<EngineException>(() => read.Check(Job, ["a"])).Message, StringComparison.Ordinal);
        // Others do not ask.
        read.Check(new(), ["a"]);
    }

    private string Private(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, key.ExportPkcs8PrivateKeyPem());
        return path;
    }

    private string Folder(string name, params string[] clients)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        foreach (var client in clients)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText(Path.Combine(folder, MaskingIdentities.FileOf(client)), key.ExportSubjectPublicKeyInfoPem());
        }
        return folder;
    }

    private static void Public(string path, string privateKey)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(privateKey));
        File.WriteAllText(path, key.ExportSubjectPublicKeyInfoPem());
    }
}
