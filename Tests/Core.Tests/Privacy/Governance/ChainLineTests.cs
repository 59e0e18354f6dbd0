using System.Security.Cryptography;
using System.Text;
using Federated.Core.Privacy.Governance;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class ChainLineTests
{
    [Fact]
    public void Line_has_exactly_the_documented_bytes()
    {
        var zeros = new string('0', 64);
        var content = $$"""{"seq":1,"prev":"{{zeros}}","body":{"a":1}""";
        var hash = Convert.ToHexStringLower(SHA256.HashData([.. new byte[32], .. Encoding.UTF8.GetBytes(content)]));

        var (line, head) = ChainLine.After(ChainHead.Start, """{"a":1}""");

        Assert.Equal($$"""{{content}},"hash":"{{hash}}"}""", line);
        Assert.Equal(new ChainHead(1, hash), head);
    }

    [Fact]
    public void Lines_follow_each_other_and_give_their_bodies_back()
    {
        var (lines, _) = Chain("""{"a":1}""", """{"b":"ü"}""", """{"hash":"x"}""");

        var head = ChainHead.Start;
        var bodies = new List<string>();
        foreach (var line in lines)
        {
            Assert.Null(ChainLine.Check(head, line, out var next));
            bodies.Add(Encoding.UTF8.GetString(ChainLine.BodyOf(head, line)));
            head = next;
        }
        Assert.Equal(["""{"a":1}""", """{"b":"ü"}""", """{"hash":"x"}"""], bodies);
    }

    [Fact]
    public void Every_single_flipped_bit_is_found()
    {
        var (lines, _) = Chain("""{"a":1}""");
        for (var i = 0; i < lines[0].Length * 8; i++)
        {
            var changed = (byte[])lines[0].Clone();
            changed[i / 8] ^= (byte)(1 << (i % 8));
            Assert.NotNull(ChainLine.Check(ChainHead.Start, changed, out var next));
            Assert.Equal(ChainHead.Start, next);
        }
    }

    [Fact]
    public void What_is_out_of_order_is_named_by_its_number()
    {
        var (lines, heads) = Chain("{}", "{}", "{}");

        Assert.Equal("is entry 3, where entry 2 should be: entries are missing before it or changed places", ChainLine.Check(heads[0], lines[2], out _));
        Assert.Equal("is entry 1, where entry 2 should be: it was repeated, inserted or changed its place", ChainLine.Check(heads[0], lines[0], out _));
        Assert.Equal("does not follow the entry before: that one was changed or replaced, or this one comes from another record",
            ChainLine.Check(new(1, new string('1', 64)), lines[1], out _));
        Assert.Equal("was changed: its hash is not that of its bytes",
            ChainLine.Check(heads[0], Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[1]).Replace("{}", "{ }", StringComparison.Ordinal)), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\"}")]
    [InlineData("{\"seq\":1}")]
    public void What_is_no_line_of_a_record_is_said_to_be_none(string line) =>
        Assert.Equal("is no entry of a record: it does not end with a hash", ChainLine.Check(ChainHead.Start, Encoding.UTF8.GetBytes(line), out _));

    private static (byte[][] Lines, ChainHead[] Heads) Chain(params string[] bodies)
    {
        var (head, lines, heads) = (ChainHead.Start, new List<byte[]>(), new List<ChainHead>());
        foreach (var body in bodies)
        {
            (var line, head) = ChainLine.After(head, body);
            lines.Add(Encoding.UTF8.GetBytes(line));
            heads.Add(head);
        }
        return ([.. lines], [.. heads]);
    }
}
