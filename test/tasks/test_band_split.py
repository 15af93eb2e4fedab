"""The quick band-split RNN is ESPnet's, in another order of operations."""

import pytest
import torch
from espnet2.enh.separator.bsrnn_separator import BSRNNSeparator

from sqase.tasks.band_split import quicken, start_as_identity


@pytest.fixture(params=[1, 2], ids=["one speaker", "two"])
def separators(request):
    """ESPnet's and the quick one, of the same weights."""
    bands = [[0, 3], [4, 9], [10, 19], [20, 32]]
    torch.manual_seed(0)
    both = [
        BSRNNSeparator(33, request.param, 8, 2, target_fs=16000, subbands=bands)
        for _ in range(2)
    ]
    both[1].load_state_dict(both[0].state_dict())
    quicken(both[1].bsrnn)
    return both


@pytest.mark.parametrize("bins, fs", [(33, 16000), (33, None), (17, 8000)])
def test_outputs_and_gradients_are_those_of_espnet(separators, bins, fs):
    torch.manual_seed(1)
    spectrum = torch.randn(2, 11, bins, 2)
    outputs = [separator.bsrnn(spectrum, fs) for separator in separators]
    torch.testing.assert_close(*outputs)
    for output in outputs:
        output.square().mean().backward()
    for stock, quick in zip(*(s.parameters() for s in separators)):
        assert (stock.grad is None) == (quick.grad is None)
        if stock.grad is not None:
            torch.testing.assert_close(stock.grad, quick.grad, rtol=1e-4, atol=1e-7)


def test_bfloat16_is_for_training_alone_and_near(separators):
    stock, quick = (separator.bsrnn for separator in separators)
    quicken(quick, bfloat16=True)
    spectrum = torch.randn(2, 11, 33, 2)
    precise, low = stock(spectrum), quick(spectrum)
    assert low.dtype == torch.float32 and not torch.equal(low, precise)
    torch.testing.assert_close(low, precise, rtol=0.05, atol=0.05)
    torch.testing.assert_close(quick.eval()(spectrum), stock.eval()(spectrum))


def test_a_deeper_network_goes_on_from_a_shallower_one():
    bands = [[0, 3], [4, 9], [10, 19], [20, 32]]
    shallow, deep = (
        BSRNNSeparator(33, 1, 8, layers, target_fs=16000, subbands=bands).bsrnn
        for layers in (1, 2)
    )
    start_as_identity(deep)
    lacking = deep.load_state_dict(shallow.state_dict(), strict=False)
    assert lacking.missing_keys and not lacking.unexpected_keys
    spectrum = torch.randn(2, 11, 33, 2)
    torch.testing.assert_close(deep(spectrum), shallow(spectrum))
