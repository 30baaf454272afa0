"""Two threads that take the same two locks in opposite order."""
import threading
import time

orders = threading.Lock()
stock = threading.Lock()


def place_order():
    with orders:
        time.sleep(0.2)
        with stock:
            print('ordered')


def take_inventory():
    with stock:
        time.sleep(0.2)
        with orders:
            print('counted')


def serve(number):
    with orders:
        print('served', number)


threading.Thread(target=place_order, name='place-order').start()
threading.Thread(target=take_inventory, name='inventory').start()
time.sleep(0.5)
for number in range(6):
    threading.Thread(target=serve, args=(number,), name=f'request-{number}').start()
