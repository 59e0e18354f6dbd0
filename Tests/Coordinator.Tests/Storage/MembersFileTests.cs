using Federated.Coordinator.Storage;

namespace Federated.Coordinator.Tests.Storage;

public sealed class MembersFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("federated-members-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "members-5601");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Addresses_that_were_written_are_read_and_the_next_ones_take_their_place()
    {
        var file = new MembersFile(_folder, 5601);

        await file.WriteAsync(["a:1", "[::1]:2"]);
        Assert.Equal<string>(["a:1", "[::1]:2"], await file.ReadAsync(CancellationToken.None));
        await file.WriteAsync(["c:3"]);

        Assert.Equal<string>(["c:3"], await file.ReadAsync(CancellationToken.None));
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Missing_file_has_no_addresses() => Assert.Empty(await new MembersFile(System.IO.Path.Combine(_folder, "absent"), 5601).ReadAsync(CancellationToken.None));

    [Fact]
    public async Task Only_so_many_addresses_are_kept()
    {
        var file = new MembersFile(_folder, 5601);

        await file.WriteAsync(Enumerable.Range(1, MembersFile.Most + 1).Select(port => $"a:{port}"));

        Assert.Equal(Enumerable.Range(1, MembersFile.Most).Select(port => $"a:{port}"), await file.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Damaged_file_gives_what_is_an_address_and_is_not_read_without_end()
    {
        await File.WriteAllTextAsync(Path, "a:1\r\n\0\0\0\nnonsense\nb:70000\nb:2\n" + new string('x', 10_000_000) + "\nc:3\n");

        Assert.Equal<string>(["a:1", "b:2"], await new MembersFile(_folder, 5601).ReadAsync(CancellationToken.None));
    }
}
